// Runs the benchmark of commitments and writes its report: node integrity.mjs ROUNDS
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

const out = 'bench/results/integrity.json';
const program = 'bench/Integrity.Bench/bin/Release/net10.0/Consortium.Integrity.Bench';
const loadAtStart = os.loadavg().map((l) => +l.toFixed(2));
const { sink, ...speed } = JSON.parse(execFileSync(program, ['speed', process.argv[2]], { stdio: ['ignore', 'pipe', 'inherit'] }));
const report = {
  what: 'Record commitments (sha256 and sm3), disclosures and their verification on one thread: 256 different Observations; beside the platform\'s HMAC-SHA-256 and SHA-256 calls alone over inputs of the same lengths',
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  loadAtStart,
  targets: { 'commit.perSecond': 10000, commitOfFloor: 0.6, 'parseAndVerifyDisclosure.microseconds': 150 },
  ...speed,
};
if (existsSync(out)) {
  const previous = JSON.parse(readFileSync(out));
  const ratio = (what) => +(report[what].perSecondBest / previous[what].perSecondBest).toFixed(2);
  report.previous = { date: previous.date, commitRatio: ratio('commit'), verifyRatio: ratio('parseAndVerifyDisclosure'), commitOfFloor: previous.commitOfFloor };
}
writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
