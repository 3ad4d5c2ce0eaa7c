// Runs the benchmark of the cda adapter and writes its report: node cda.mjs FOLDER ROUNDS
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

const out = 'bench/results/cda.json';
const program = 'bench/Adapters.Bench/bin/Release/net10.0/Consortium.Adapters.Bench';
const loadAtStart = os.loadavg().map((l) => +l.toFixed(2));
const speed = JSON.parse(execFileSync(program, ['cda', process.argv[2], process.argv[3]], { stdio: ['ignore', 'pipe', 'inherit'] }));
const report = {
  what: 'Whole C-CDA documents with a structured body to FHIR R4 on one thread, by processor time: to resources, and to validated and written Bundles; beside XmlReader over the same bytes',
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  loadAtStart,
  targets: { 'convert.perSecond': 500 },
  ...speed,
};
if (existsSync(out)) {
  const previous = JSON.parse(readFileSync(out));
  report.previous = {
    date: previous.date,
    convertPerSecondBest: previous.convert.perSecondBest,
    wholePerSecondBest: previous.convertValidateSerialise.perSecondBest,
    convertTimesXmlReader: previous.convertTimesXmlReader,
  };
}
writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
