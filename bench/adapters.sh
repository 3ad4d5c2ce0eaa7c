#!/usr/bin/env bash
# HL7 v2 to FHIR on one core, beside its floors, in one run on one machine:
#   bench/adapters.sh [ROUNDS]
# Writes bench/results/adapters.json and prints it, with the change against the report committed before. The messages are made here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet build -c Release bench/Adapters.Bench --nologo -v quiet >&2
exec node bench/adapters.mjs "${1:-40}"
