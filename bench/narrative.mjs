// Runs the benchmark of the narrative adapter's facts and writes its report: node narrative.mjs ROUNDS
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

const out = 'bench/results/narrative.json';
const program = 'bench/Adapters.Bench/bin/Release/net10.0/Consortium.Adapters.Bench';
const loadAtStart = os.loadavg().map((l) => +l.toFixed(2));
const speed = JSON.parse(execFileSync(program, ['narrative', 'tests/Adapters.Tests/Narrative/Gold', process.argv[2]], { stdio: ['ignore', 'pipe', 'inherit'] }));
const report = {
  what: 'Clinical free text (the gold notes without their marks) to facts on one thread, by processor time, beside decoding the same bytes as UTF-8; seconds to build both seed lexicons; and whole notes of both languages to written and validated document Bundles a second',
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  loadAtStart,
  targets: { 'chinese.megabytesPerSecond': 5, loadSeconds: 1, 'documents.notesToValidatedBundles.perSecond': 500 },
  ...speed,
};
if (existsSync(out)) {
  const previous = JSON.parse(readFileSync(out));
  report.previous = { date: previous.date };
  for (const language of ['chinese', 'english']) {
    report.previous[language] = {
      megabytesPerSecondBest: previous[language].megabytesPerSecondBest,
      factsTimesDecode: previous[language].factsTimesDecode,
    };
  }
  if (previous.documents) report.previous.documents = { perSecondBest: previous.documents.notesToValidatedBundles.perSecondBest };
}
writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
