#!/usr/bin/env bash
# Whole C-CDA documents to FHIR on one core, beside XmlReader over the same bytes:
#   bench/cda.sh FOLDER [ROUNDS]
# FOLDER has the documents (.xml, .ccda; the corpora's folder ccda). Writes bench/results/cda.json and prints it, with the change against the report committed before.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:?the folder of the documents}
dotnet build -c Release bench/Adapters.Bench --nologo -v quiet >&2
exec node bench/cda.mjs "$folder" "${2:-15}"
