#!/usr/bin/env bash
# The FHIR endpoint on SQLite and on PostgreSQL, each beside its floor in the same run; server and load generator share the machine's cores:
#   bench/facade.sh [PATIENTS] [SECONDS] [ROUNDS]
# A store has 20 resources a patient: 50000 patients (left out) are the 1,000,000 resources of the aim.
# BENCH_STORES=sqlite (or postgres) and BENCH_KINDS=crud,read,search,importValidated,import measure a part, which is printed and not written down.
# Writes bench/results/facade.json and prints it, with the change against the report committed before. BENCH_DATA names the folder of the stores (left out: a
# temporary one; see that it lies on a real disk). Filled stores that are found there are used again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
patients=${1:-50000} seconds=${2:-15} rounds=${3:-3}
dotnet build -c Release bench/Facade.Bench --nologo -v quiet >&2
work=${BENCH_DATA:-$(mktemp -d "${TMPDIR:-/tmp}/consortium-facade.XXXXXX")}
mkdir -p "$work"
chmod 755 "$work"
servers="$work/servers"
finish() {
  eng/test-servers.sh stop-postgres "$servers" >&2 || true
  [ -n "${BENCH_DATA:-}" ] || rm -rf "$work"
}
trap finish EXIT
eval "$(eng/test-servers.sh start-postgres "$servers")"
node bench/facade.mjs "$work" "$CONSORTIUM_TEST_POSTGRES" "$patients" "$seconds" "$rounds"
