#!/usr/bin/env bash
# Runs every test project of a built solution: eng/run-tests.sh RESULTS [ARGUMENT FOR dotnet test]...
# In two lanes side by side: the end-to-end tests, which mostly wait for processes that they killed to come back, and beside them
# one room after the other. A project's output is shown whole when it ends; its .trx goes to RESULTS/PROJECT.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
results=$1
shift
options=("$@")
mkdir -p "$results"

lane() {
  local status=0 project name
  for project in "$@"; do
    name=$(basename "$project")
    dotnet test "$project" -c Release --no-build --nologo --results-directory "$results/$name" --logger trx ${options[@]+"${options[@]}"} > "$results/$name.log" 2>&1 || status=$?
    cat "$results/$name.log"
  done
  return "$status"
}

rooms=()
for project in tests/*.Tests samples/*/Tests; do
  [ -d "$project" ] && [ "$project" != tests/EndToEnd.Tests ] && rooms+=("$project")
done

lane tests/EndToEnd.Tests &
beside=$!
lane "${rooms[@]}"
status=$?
wait "$beside" || status=$?
exit "$status"
