#!/usr/bin/env bash
# The FHIR engine beside its floor (Utf8JsonReader) and two npm peers, in one run on one machine:
#   bench/fhir-validation.sh [ROUNDS] [NDJSON-LINES]
# Writes bench/results/fhir-validation.json and prints it, with the change against the report committed before. The sample
# comes from the folder of test corpora (CONSORTIUM_CORPORA, default ../shared/corpora).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
corpora=${CONSORTIUM_CORPORA:-../shared/corpora}
[ -d "$corpora/fhir/r4-examples" ] || { echo "fhir-validation.sh: there are no examples in $corpora/fhir/r4-examples; set CONSORTIUM_CORPORA" >&2; exit 3; }
dotnet build -c Release bench/Fhir.Bench --nologo -v quiet >&2
dotnet build -c Release src/Cli --nologo -v quiet >&2
npm ci --prefix bench/peers --no-audit --no-fund --silent >&2
exec node bench/fhir-validation.mjs "$corpora/fhir/r4-examples" "${1:-60}" "${2:-1000000}"
