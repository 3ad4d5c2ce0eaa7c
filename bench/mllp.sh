#!/usr/bin/env bash
# MLLP in to journal commit: bench/mllp.sh [MESSAGES] [CONNECTIONS] [ROUNDS]
# Listener and journal are one process (no conversion), the load generator another; both share the machine's cores. Each round also measures two floors
# with the same messages: the wire alone (a server that answers and keeps nothing) and the journal's group commit alone (no wire).
# Writes bench/results/mllp.json, with the change against the report committed before, and prints it. BENCH_DATA names the folder of the journal;
# left out, a temporary one: see that it lies on a real disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
messages=${1:-30000} connections=${2:-50} rounds=${3:-3}
dotnet build -c Release bench/Mllp.Bench --nologo -v quiet >&2
program=(dotnet bench/Mllp.Bench/bin/Release/net10.0/Consortium.Mllp.Bench.dll)
work=$(mktemp -d "${BENCH_DATA:-${TMPDIR:-/tmp}}/consortium-mllp.XXXXXX")
trap 'rm -rf "$work"' EXIT

cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$1/stat"; }
against() { # NAME SEED PROGRAM...: one server, a warm-up, the measured load; a JSON line with the server's CPU seconds
  local name=$1 seed=$2; shift 2
  coproc SERVER { exec "$@" 2> "$work/$name.log"; }
  local server=$SERVER_PID port before after
  read -r port <&"${SERVER[0]}"
  "${program[@]}" load "$port" 8000 "$connections" "${seed}9" > "$work/warm.json" # JIT, connections, the journal's first pages
  before=$(cpu "$server")
  "${program[@]}" load "$port" "$messages" "$connections" "$seed" > "$work/load.json"
  after=$(cpu "$server")
  kill "$server" # ours; it keeps nothing that is not committed
  wait "$server" 2>/dev/null || true
  node -e 'const [f, a, b] = process.argv.slice(1); const r = JSON.parse(require("fs").readFileSync(f)); r.serverCpuSeconds = +(b - a).toFixed(2); console.log(JSON.stringify(r));' "$work/load.json" "$before" "$after"
}

: > "$work/rounds.ndjson"
for round in $(seq "$rounds"); do
  mkdir "$work/$round"
  journal=$(against journal "$round" "${program[@]}" serve "$work/$round")
  wire=$(against wire "$round" "${program[@]}" echo)
  commit=$("${program[@]}" commit "$work/$round" "$messages" "$connections")
  rm -rf "${work:?}/$round"
  echo "{\"mllp\":$journal,\"wireAlone\":$wire,\"commitAlone\":$commit}" | tee -a "$work/rounds.ndjson" >&2
done
node - "$work/rounds.ndjson" bench/results/mllp.json <<'N'
const fs = require('fs'), os = require('os');
const [file, out] = process.argv.slice(2);
const rounds = fs.readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line));
const median = rounds.slice().sort((a, b) => a.mllp.messagesPerSecond - b.mllp.messagesPerSecond)[rounds.length >> 1];
const report = {
  what: 'MLLP in to journal commit (AES-256-GCM, SQLite WAL with full sync, group commit), each connection waiting for its answer; load generator and server share the cores',
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  loadAverageAtEnd: os.loadavg().map(x => +x.toFixed(2)),
  messagesPerSecond: median.mllp.messagesPerSecond,
  best: Math.max(...rounds.map(r => r.mllp.messagesPerSecond)),
  shareOfWireAlone: +(median.mllp.messagesPerSecond / median.wireAlone.messagesPerSecond).toFixed(2),
  shareOfCommitAlone: +(median.mllp.messagesPerSecond / median.commitAlone.recordsPerSecond).toFixed(2),
  rounds,
};
const previous = fs.existsSync(out) ? JSON.parse(fs.readFileSync(out)) : null;
if (previous) report.previous = { date: previous.date, messagesPerSecond: previous.messagesPerSecond, ratio: +(report.messagesPerSecond / previous.messagesPerSecond).toFixed(2) };
fs.writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
N
