// Runs the parts of bench/fhir-validation.sh and writes the report: node fhir-validation.mjs EXAMPLES ROUNDS NDJSON-LINES
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [examples, rounds, lines] = process.argv.slice(2);
const engine = 'bench/Fhir.Bench/bin/Release/net10.0/Consortium.Fhir.Bench';
const command = 'src/Cli/bin/Release/net10.0/consortium';
const out = 'bench/results/fhir-validation.json';
const work = mkdtempSync(path.join(os.tmpdir(), 'consortium-bench.'));
const json = (program, ...args) => JSON.parse(execFileSync(program, args, { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] }));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Wall time of `consortium validate` over one small file, started anew each time. */
function startUp() {
  const one = readdirSync(examples).filter((f) => f.startsWith('Patient-')).sort()[0];
  const seconds = [];
  for (let i = 0; i < 15; i++) {
    const start = process.hrtime.bigint();
    execFileSync(command, ['validate', path.join(examples, one)], { stdio: 'ignore' });
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  return { file: one, medianSeconds: +median(seconds).toFixed(3), bestSeconds: +Math.min(...seconds).toFixed(3) };
}

/** The command over a long NDJSON file: rate, and the process's memory as it goes (resident set, by tenths of the run). */
async function stream() {
  const file = path.join(work, 'long.ndjson');
  execFileSync(engine, ['ndjson', lines, examples], { stdio: ['ignore', openSync(file, 'w'), 'inherit'] });
  const start = process.hrtime.bigint();
  const child = spawn(command, ['validate', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let answered = 0;
  child.stdout.on('data', (chunk) => { for (const b of chunk) if (b === 10) answered++; });
  const resident = [];
  const status = () => {
    try {
      const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return { now: +/VmRSS:\s+(\d+)/.exec(text)[1] / 1024, peak: +/VmHWM:\s+(\d+)/.exec(text)[1] / 1024 };
    } catch { return null; }
  };
  let peak = 0;
  const timer = setInterval(() => { const s = status(); if (s) { resident.push(Math.round(s.now)); peak = s.peak; } }, 500);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const tenths = Array.from({ length: 10 }, (_, i) => resident[Math.min(resident.length - 1, Math.floor(((i + 0.5) * resident.length) / 10))]);
  return { lines: answered, megabytes: Math.round(statSync(file).size / 1e6), seconds: +seconds.toFixed(1), perSecond: Math.round(answered / seconds), peakMegabytes: Math.round(peak), megabytesByTenthOfRun: tenths };
}

try {
  const sampleList = path.join(work, 'sample.json');
  const speed = json(engine, 'speed', examples, rounds, sampleList);
  const peers = json(process.execPath, 'bench/peers/peers.mjs', sampleList, String(Math.max(5, Math.floor(Number(rounds) / 4))));
  const bundles = [12500, 25000, 50000, 100000].map((entries) => json(engine, 'bundle', String(entries)));
  const report = {
    what: 'FHIR R4 parse and validate, all checks on, over 200 official examples; each peer parses and validates with what it has',
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    loadAtStart: os.loadavg().map((l) => +l.toFixed(2)),
    speed, peers,
    timesThePeer: Object.fromEntries(Object.entries(peers).map(([name, rate]) => [name, +(speed.parseAndValidate.perSecondBest / rate.best).toFixed(1)])),
    startUp: startUp(), bundles, stream: await stream(),
  };
  const previous = existsSync(out) ? JSON.parse(readFileSync(out)) : null;
  if (previous) {
    report.previous = {
      date: previous.date, timesTheFloor: previous.speed.timesTheFloor, perSecondBest: previous.speed.parseAndValidate.perSecondBest,
      ratio: +(report.speed.parseAndValidate.perSecondBest / previous.speed.parseAndValidate.perSecondBest).toFixed(2),
    };
  }
  writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
  console.log(JSON.stringify(report, null, 2));
} finally {
  rmSync(work, { recursive: true, force: true });
}
