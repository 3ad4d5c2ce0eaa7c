#!/usr/bin/env bash
# Clinical free text to facts on one core, beside decoding the same bytes, the time to build the lexicons, and whole notes to validated Bundles:
#   bench/narrative.sh [ROUNDS]
# Writes bench/results/narrative.json and prints it, with the change against the report committed before. The texts are the gold notes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet build -c Release bench/Adapters.Bench --nologo -v quiet >&2
exec node bench/narrative.mjs "${1:-30}"
