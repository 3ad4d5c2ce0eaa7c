// Runs the benchmark of the adapters and writes its report: node adapters.mjs ROUNDS
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

const out = 'bench/results/adapters.json';
const program = 'bench/Adapters.Bench/bin/Release/net10.0/Consortium.Adapters.Bench';
const loadAtStart = os.loadavg().map((l) => +l.toFixed(2));
const speed = JSON.parse(execFileSync(program, ['speed', process.argv[2]], { maxBuffer: 1 << 24, stdio: ['ignore', 'pipe', 'inherit'] }));
const report = {
  what: 'HL7 v2 to FHIR R4 on one thread: ADT^A01 of 24 segments and ORU^R01 with 20 OBX, 200 different messages each, record digest included; '
    + 'beside span IndexOf over the same bytes and Utf8JsonWriter over the same Bundle',
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  loadAtStart,
  targets: { 'admission.convert': 10000, 'admission.convertValidateSerialise': 3000, 'admission.convert.allocatedBytesEach': 250000 },
  ...speed,
};
if (existsSync(out)) {
  const previous = JSON.parse(readFileSync(out));
  const ratio = (kind, what) => +(report[kind][what].perSecondBest / previous[kind][what].perSecondBest).toFixed(2);
  report.previous = { date: previous.date };
  for (const kind of ['admission', 'report']) {
    report.previous[kind] = {
      convertPerSecondBest: previous[kind].convert.perSecondBest, convertRatio: ratio(kind, 'convert'),
      wholePerSecondBest: previous[kind].convertValidateSerialise.perSecondBest, wholeRatio: ratio(kind, 'convertValidateSerialise'),
      convertTimesUtf8JsonWriter: previous[kind].convertTimesUtf8JsonWriter,
    };
  }
}
writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
