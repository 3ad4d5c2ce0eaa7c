#!/usr/bin/env bash
# Builds everything and runs every test, on a fresh Debian 12 with only the .NET SDK and Node: installs the servers that
# are missing (apt-get, so as root), runs private ones on loopback, and stops what it started, also on Ctrl-C.
# Arguments go to `dotnet test`: ./test.sh --filter FullyQualifiedName~Outbox
# The last line is `N passed, N failed`, with `, N skipped` where any were.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
results="$PWD/artifacts/test-results"
servers=$(mktemp -d "${TMPDIR:-/tmp}/consortium-test.XXXXXX")
chmod 711 "$servers" # PostgreSQL, another user, passes through
running= passed=0 failed=0 skipped=0

# Runs a command in a process group of its own, so that it and all that it leaves behind (build nodes, the compiler
# server) can be ended by one signal.
in_group() {
  setsid "$@" &
  running=$!
  local status
  wait "$running"
  status=$?
  end_group
  return "$status"
}

end_group() {
  [ -n "$running" ] || return 0
  kill -TERM -- "-$running" 2>/dev/null
  for _ in $(seq 50); do
    kill -0 -- "-$running" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL -- "-$running" 2>/dev/null
  running=
}

finish() {
  trap - EXIT
  trap '' INT TERM HUP
  end_group
  eng/test-servers.sh stop "$servers" && rm -rf "$servers"
  local line="$passed passed, $failed failed"
  [ "$skipped" = 0 ] || line="$line, $skipped skipped"
  echo "$line"
  # Said outright: a bare exit in a trap gives the status of what ran before the trap.
  if [ "$failed" = 0 ] && [ "$passed" -gt 0 ]; then exit 0; else exit 1; fi
}
trap finish EXIT
trap 'stop "interrupted"' INT TERM HUP

# What keeps the tests from running, or from ending, counts as a failure.
stop() {
  echo "test.sh: $1" >&2
  failed=$((failed + 1))
  exit
}

# A page test drives a real browser; the variable says which.
ensure_chromium() {
  [ -z "${CONSORTIUM_TEST_CHROMIUM:-}" ] || return 0
  grep -rqs --include='*.cs' CONSORTIUM_TEST_CHROMIUM tests || return 0
  eng/test-servers.sh install-chromium || return 1
  export CONSORTIUM_TEST_CHROMIUM=/usr/bin/chromium
}

# Sums the <Counters> of the .trx files, one a test project. A skipped test is in the total and was not executed.
count() {
  read -r passed failed skipped < <(
    find "$results" -name '*.trx' -exec grep -ho '<Counters [^>]*>' {} + 2>/dev/null |
      sed -n 's/.* total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' |
      awk '{ total += $1; executed += $2; passed += $3 } END { printf "%d %d %d\n", passed, executed - passed, total - executed }'
  )
}

command -v dotnet >/dev/null || stop "the .NET SDK (dotnet) is not on the PATH; global.json names the version"
command -v node >/dev/null || stop "Node (node, npm) is not on the PATH; version 20 or later is wanted"

in_group dotnet build Integration.sln -c Release --nologo -v quiet "-p:SharedCompilationId=consortium-test-$$" || stop "the build failed (above)"
ensure_chromium || stop "Chromium cannot be had"
eng/test-servers.sh install-poppler || stop "poppler, which reads PDF, cannot be had"
variables=$(eng/test-servers.sh start "$servers") || stop "the test servers do not start (above)"
while IFS= read -r line; do export "${line?}"; done <<< "$variables"

rm -rf "$results"
in_group eng/run-tests.sh "$results" "$@"
status=$?
count
[ "$status" = 0 ] || [ "$failed" != 0 ] || stop "dotnet test ended with exit code $status, though no test failed: a test run broke off (above)"
[ "$passed" != 0 ] || [ "$failed" != 0 ] || stop "no test ran"
