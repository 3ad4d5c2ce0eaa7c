// Runs the benchmark of the FHIR endpoint and writes its report: node facade.mjs FOLDER POSTGRES-URL PATIENTS SECONDS ROUNDS
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

const [folder, postgres, patients, seconds, rounds] = process.argv.slice(2);
const stores = (process.env.BENCH_STORES ?? 'sqlite,postgres').split(',');
const wanted = process.env.BENCH_KINDS?.split(',');
const began = Date.now();
const say = (text) => console.error(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${text}`);
const least = 0.5; // of the floor
const out = 'bench/results/facade.json';
const program = 'bench/Facade.Bench/bin/Release/net10.0/Consortium.Facade.Bench';
const run = (...args) => execFileSync(program, args.map(String), { maxBuffer: 1 << 24, stdio: ['ignore', 'pipe', 'inherit'] }).toString();
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const processorSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

// What is loaded, with how many connections, and beside which floor.
const kinds = [
  { name: 'read', floor: 'floor-read', connections: 8 },
  { name: 'search', floor: 'floor-search', connections: 8, aim: 3000, aimP99: 25 },
  { name: 'crud', floor: 'floor-crud', connections: 16, aim: 3000 },
  { name: 'import', floor: 'floor-import', connections: 4, aim: 5000, unvalidated: true },
];

async function serving(store, unvalidated, work) {
  const server = spawn(program, ['serve', store, ...(unvalidated ? ['--unvalidated'] : [])], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    server.stdout.once('data', (data) => resolve(Number(data)));
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
  });
  try {
    return await work(port, server.pid);
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.stdin.end();
    await ended;
  }
}

// What members and residents may see is indexed behind the writes, at full speed while nobody writes: what is measured first begins when that is done.
async function settled(port, name) {
  const from = Date.now(), marks = async () => Number(await (await fetch(`http://127.0.0.1:${port}/marks`)).text());
  const resources = await marks();
  for (let left = resources, told = from; left > 0; left = await marks()) {
    if (Date.now() - told > 30e3) {
      say(`${name}: ${left} resources to go for the views of members and residents`);
      told = Date.now();
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  return { resources, seconds: Math.round((Date.now() - from) / 100) / 10 };
}

let seed = 1 + Math.floor(Date.now() / 1000) % 40; // new resources each run, where a store is used again
function measure(port, pid, kind) {
  const once = (name, time) => {
    const before = processorSeconds(pid);
    const result = JSON.parse(run('load', port, name, time, kind.connections, seed++ % 48, patients));
    result.serverProcessorMicrosecondsEach = Math.round((processorSeconds(pid) - before) / result.perSecond / result.seconds * 1e6); // without PostgreSQL's own
    return result;
  };
  once(kind.name, 15); // connections, caches, and a tiered compiler that a few seconds leave half done
  once(kind.floor, 2);
  const measured = [], floors = [];
  for (let round = 0; round < rounds; round++) {
    measured.push(once(kind.name, seconds));
    floors.push(once(kind.floor, Math.max(3, seconds / 3 | 0)));
  }
  const perSecond = median(measured.map((m) => m.perSecond)), floor = median(floors.map((m) => m.perSecond)), p99 = median(measured.map((m) => m.millisecondsP99));
  const verdict = (good) => (good ? 'reached' : 'not reached');
  return {
    aim: kind.aim, aimP99: kind.aimP99, aimShareOfFloor: least,
    rate: kind.aim && verdict(perSecond >= kind.aim), p99: kind.aimP99 && verdict(p99 < kind.aimP99), floor: verdict(perSecond >= least * floor), unit: measured[0].unit, connections: kind.connections, perSecond, best: Math.max(...measured.map((m) => m.perSecond)),
    millisecondsP50: median(measured.map((m) => m.millisecondsP50)), millisecondsP99: p99,
    serverProcessorMicrosecondsEach: median(measured.map((m) => m.serverProcessorMicrosecondsEach)),
    floorPerSecond: floor, shareOfFloor: +(perSecond / floor).toFixed(2), rounds: measured, floorRounds: floors,
  };
}

const report = {
  what: `The FHIR endpoint with durable commits beside bare endpoints over the same database; ${patients * 20} resources in the store; server, database and load generator share the cores`,
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus().length} x ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  loadAtStart: os.loadavg().map((l) => +l.toFixed(2)),
};
for (const [name, store] of [['sqlite', `sqlite:${folder}/facade.db`], ['postgres', postgres]].filter(([name]) => stores.includes(name))) {
  const seeded = `${folder}/${name}.seeded`;
  if (!existsSync(seeded) || readFileSync(seeded, 'utf8').split('\n')[0] !== patients) {
    say(`${name}: filling with ${patients * 20} resources`);
    writeFileSync(seeded, `${patients}\n${run('seed', store, patients)}`);
  }
  report[name] = { seed: JSON.parse(readFileSync(seeded, 'utf8').split('\n')[1]) };
  const measured = (as, ...what) => {
    if (wanted && !wanted.includes(as)) return;
    const result = report[name][as] = measure(...what);
    say(`${name}: ${as} ${result.perSecond} ${result.unit}/s${result.aim ? ` (aim ${result.aim}: ${result.rate})` : ''}, p99 ${result.millisecondsP99} ms${result.aimP99 ? ` (below ${result.aimP99}: ${result.p99})` : ''}, ` +
      `${result.serverProcessorMicrosecondsEach} us of the server's processor time each; floor ${result.floorPerSecond}, share ${result.shareOfFloor} (${least}: ${result.floor})`);
  };
  await serving(store, false, async (port, pid) => {
    report[name].views = await settled(port, name);
    for (const kind of kinds) measured(kind.unvalidated ? 'importValidated' : kind.name, port, pid, kind);
  });
  await serving(store, true, (port, pid) => measured('import', port, pid, kinds.find((kind) => kind.unvalidated)));
}
if (stores.length < 2 || wanted) {
  console.log(JSON.stringify(report, null, 2));
  say(`a part only: ${out} is left as it was`);
  process.exit(0);
}
if (existsSync(out)) {
  const previous = JSON.parse(readFileSync(out));
  report.previous = { date: previous.date };
  for (const store of ['sqlite', 'postgres']) {
    report.previous[store] = Object.fromEntries(Object.entries(report[store]).filter(([kind]) => kind !== 'seed' && previous[store]?.[kind])
      .map(([kind, now]) => [kind, { perSecond: previous[store][kind].perSecond, ratio: +(now.perSecond / previous[store][kind].perSecond).toFixed(2) }]));
  }
}
writeFileSync(out, JSON.stringify(report, null, 2) + '\n');
console.log(JSON.stringify(report, null, 2));
