#!/usr/bin/env bash
# A plug-in in its own process, beside the same adapter in the host's, in one run on one machine:
#   bench/plugins.sh [ROUNDS]
# The plug-in is samples/VendorAdapter with its own sample records. Writes bench/results/plugins.json, with the change against the report committed
# before, and prints it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/consortium-plugins.XXXXXX")
trap 'rm -rf "$work"' EXIT
dotnet build -c Release bench/Adapters.Bench --nologo -v quiet >&2
dotnet publish -c Release samples/VendorAdapter -o "$work/plugins/qingshan" --nologo -v quiet >&2
bench/Adapters.Bench/bin/Release/net10.0/Consortium.Adapters.Bench plugins "$work" samples/VendorAdapter/Tests/Records "${1:-20}" > "$work/report.json"
node - "$work/report.json" bench/results/plugins.json <<'N'
const fs = require('fs'), os = require('os');
const [file, out] = process.argv.slice(2);
const report = {
  what: 'samples/VendorAdapter called over the pipe to its own process and called in the host\'s process; records a second by wall time, both cores of the machine',
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  loadAverageAtEnd: os.loadavg().map(x => +x.toFixed(2)),
  ...JSON.parse(fs.readFileSync(file)),
};
const previous = fs.existsSync(out) ? JSON.parse(fs.readFileSync(out)) : null;
if (previous) report.previous = { date: previous.date, ownProcessPerSecondMedian: previous.oneCaller.ownProcessPerSecondMedian, ratio: +(report.oneCaller.ownProcessPerSecondMedian / previous.oneCaller.ownProcessPerSecondMedian).toFixed(2) };
fs.writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
N
