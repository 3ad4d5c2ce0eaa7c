#!/usr/bin/env bash
# From MLLP acknowledgement to anchored receipt with everything real: RabbitMQ, PostgreSQL, anvil with one-second blocks,
# and intake, facade and anchor service as processes of their own, all on this machine together with the load generator.
#   bench/end-to-end.sh [MESSAGES] [CONNECTIONS]
# Writes bench/results/end-to-end.json and prints it. Where the time goes is told by each process's CPU time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
messages=${1:-5000} connections=${2:-16}
dotnet build src/Cli -c Release --nologo -v quiet >&2
work=$(mktemp -d "${TMPDIR:-/tmp}/consortium-bench.XXXXXX"); chmod 711 "$work"
declare -A pids
finish() {
  trap - EXIT
  for name in intake facade anchor anvil; do [ -z "${pids[$name]:-}" ] || kill -TERM "${pids[$name]}" 2>/dev/null || true; done
  wait 2>/dev/null || true
  eng/test-servers.sh stop "$work" >&2 || true
  rm -rf "$work"
}
trap finish EXIT
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
await() { for _ in $(seq 200); do curl -fs -o /dev/null "$@" && return 0; sleep 0.1; done; echo "no answer: $*" >&2; tail -n 20 "$work"/*.log >&2; exit 3; }

while IFS= read -r line; do export "${line?}"; done < <(eng/test-servers.sh start "$work")
chain_port=$(free_port)
anvil=$(ls node_modules/@foundry-rs/anvil-*/bin/anvil | head -n 1)
"$anvil" --quiet --host 127.0.0.1 --port "$chain_port" --block-time 1 > "$work/anvil.log" 2>&1 & pids[anvil]=$!
chain="http://127.0.0.1:$chain_port"
await -H 'content-type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' "$chain"

umask 077
echo "bench" > "$work/password"
openssl rand -hex 32 > "$work/index.key"; openssl rand -hex 32 > "$work/custodian.key"; openssl rand -hex 32 > "$work/site.key"
./consortium ledger key "$work/key.json" --password-file "$work/password" --development-account 0 > "$work/key-created.json"
address=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).address' "$work/key-created.json")
facade_port=$(free_port) intake_port=$(free_port) anchor_port=$(free_port) mllp_port=$(free_port)
./consortium ledger deploy --chain "$chain" --key "$work/key.json" --password-file "$work/password" \
  --hospital "$address=http://127.0.0.1:$facade_port/fhir" > "$work/deployed.json"
contract=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).contract' "$work/deployed.json")

export CONSORTIUM__NAME=bench CONSORTIUM__BROKER=$CONSORTIUM_TEST_RABBITMQ CONSORTIUM__STORE=$CONSORTIUM_TEST_POSTGRES \
  CONSORTIUM__CHAIN=$chain CONSORTIUM__CONTRACT=$contract CONSORTIUM__KEYFILE=$work/key.json CONSORTIUM__KEYPASSWORDFILE=$work/password \
  CONSORTIUM__INDEXKEYFILE=$work/index.key CONSORTIUM__CUSTODIANKEYFILE=$work/custodian.key CONSORTIUM__SITEKEYFILE=$work/site.key \
  CONSORTIUM__OPENACCESS=true
start() { # role port [KEY=VALUE]
  local role=$1 port=$2; shift 2
  env CONSORTIUM__ROLES="$role" CONSORTIUM__STATE="$work/$role" CONSORTIUM__LISTEN="http://127.0.0.1:$port" "$@" \
    ./consortium up > "$work/$role.log" 2>&1 & pids[$role]=$!
}
start facade "$facade_port"; start anchor "$anchor_port"; start intake "$intake_port" CONSORTIUM__MLLP="127.0.0.1:$mllp_port"
for port in $facade_port $anchor_port $intake_port; do await "http://127.0.0.1:$port/status"; done

cpu() { # CPU seconds of a process and its descendants that are still there
  node -e '
    const fs = require("fs"), want = new Set(process.argv.slice(1).map(Number)), hz = 100;
    const stat = {};
    for (const p of fs.readdirSync("/proc").filter(n => /^\d+$/.test(n))) {
      try { const f = fs.readFileSync(`/proc/${p}/stat`, "utf8").replace(/^.*\) /, "").split(" "); stat[p] = { parent: +f[1], time: (+f[11] + +f[12] + +f[13] + +f[14]) / hz }; } catch {}
    }
    const mine = p => { for (let q = +p; q > 1; q = stat[q]?.parent ?? 0) if (want.has(q)) return true; return false; };
    console.log(Object.entries(stat).filter(([p]) => mine(p)).reduce((sum, [, s]) => sum + s.time, 0).toFixed(2));' "$@"
}
rabbit=$(cut -d' ' -f1 "$work"/rabbitmq/*.pid | tr '\n' ' '); postgres=$(cut -d' ' -f1 "$work"/postgres/*.pid | head -n 1)
times() { echo "$(cpu "${pids[intake]}") $(cpu "${pids[facade]}") $(cpu "${pids[anchor]}") $(cpu $rabbit) $(cpu "$postgres") $(cpu "${pids[anvil]}")"; }
flow() { ./consortium bench flow --mllp "127.0.0.1:$mllp_port" --status "http://127.0.0.1:$facade_port/status" "http://127.0.0.1:$anchor_port/status" "http://127.0.0.1:$intake_port/status" "$@"; }

flow --count 500 --connections "$connections" --seed 7 >&2 # warm-up: JIT, connections, schemas
before=$(times)
flow --count "$messages" --connections "$connections" --seed 8 > "$work/flow.json"
after=$(times)
node - "$work/flow.json" "$before" "$after" bench/results/end-to-end.json <<'N'
const fs = require('fs'), os = require('os');
const [flowFile, before, after, out] = process.argv.slice(2);
const flow = JSON.parse(fs.readFileSync(flowFile));
const names = ['intake', 'facade', 'anchor', 'rabbitmq', 'postgres', 'anvil'];
const b = before.split(' ').map(Number), a = after.split(' ').map(Number);
const cpu = Object.fromEntries(names.map((n, i) => [n, +(a[i] - b[i]).toFixed(2)]));
const perMessage = Object.fromEntries(names.map(n => [n, +(cpu[n] / flow.messages * 1000).toFixed(3)]));
const report = {
  what: 'MLLP acknowledgement to anchored receipt; RabbitMQ, PostgreSQL (fsync on), anvil with 1 s blocks, three processes, one machine',
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  flow, cpuSeconds: cpu, cpuMillisecondsPerMessage: perMessage,
};
const previous = fs.existsSync(out) ? JSON.parse(fs.readFileSync(out)) : null;
if (previous) report.previous = { date: previous.date, messagesPerSecond: previous.flow.messagesPerSecond, ratio: +(flow.messagesPerSecond / previous.flow.messagesPerSecond).toFixed(2) };
fs.writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
N
