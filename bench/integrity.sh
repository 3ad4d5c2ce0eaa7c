#!/usr/bin/env bash
# Commitments and disclosures on one core, beside the floor of the hash calls alone, in one run on one machine:
#   bench/integrity.sh [ROUNDS]
# Writes bench/results/integrity.json and prints it, with the change against the report committed before. The records are made here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet build -c Release bench/Integrity.Bench --nologo -v quiet >&2
exec node bench/integrity.mjs "${1:-40}"
