// A clinician's round of work through npm's fhir-kit-client. Prints one JSON object of what each step saw.
import { Client } from 'fhir-kit-client';

const client = new Client({ baseUrl: process.argv[2] });
const seen = {};

const capabilities = await client.capabilityStatement();
seen.fhirVersion = capabilities.fhirVersion;

const patient = await client.create({
  resourceType: 'Patient',
  body: { resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: 'kit-1' }], name: [{ family: '王', given: ['小明'] }], gender: 'male', birthDate: '1980-05-17' },
});
seen.created = patient.meta.versionId;

// Admitted twice by mistake: the condition finds the one that is there.
const again = await client.create({
  resourceType: 'Patient',
  body: { resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: 'kit-1' }], gender: 'male' },
  options: { headers: { 'If-None-Exist': 'identifier=urn:mrn|kit-1' } },
});
seen.sameOnCondition = again.id === patient.id;

const bundle = await client.transaction({
  body: {
    resourceType: 'Bundle', type: 'transaction', entry: [
      { fullUrl: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a', request: { method: 'POST', url: 'Encounter' }, resource: { resourceType: 'Encounter', status: 'in-progress', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' }, subject: { reference: `Patient/${patient.id}` } } },
      { request: { method: 'POST', url: 'Observation' }, resource: { resourceType: 'Observation', status: 'preliminary', code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] }, subject: { reference: `Patient/${patient.id}` }, encounter: { reference: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a' }, valueQuantity: { value: 5.4, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' } } },
    ],
  },
});
seen.transaction = bundle.entry.map((entry) => entry.response.status.slice(0, 3));

let found = await client.search({ resourceType: 'Observation', searchParams: { 'patient.identifier': 'urn:mrn|kit-1', code: 'http://loinc.org|2339-0', _include: 'Observation:encounter' } });
seen.found = found.entry.map((entry) => `${entry.resource.resourceType} ${entry.search.mode}`);
const observation = found.entry.find((entry) => entry.search.mode === 'match').resource;
seen.linked = found.entry.some((entry) => `Encounter/${entry.resource.id}` === observation.encounter.reference);

const final = await client.update({ resourceType: 'Observation', id: observation.id, body: { ...observation, status: 'final' }, options: { headers: { 'If-Match': 'W/"1"' } } });
seen.updated = `${final.status} ${final.meta.versionId}`;
seen.lostUpdate = await client.update({ resourceType: 'Observation', id: observation.id, body: { ...observation, status: 'amended' }, options: { headers: { 'If-Match': 'W/"1"' } } })
  .then(() => 'taken', (error) => `${error.response.status} ${error.response.data.resourceType}`);

const patched = await client.patch({ resourceType: 'Patient', id: patient.id, jsonPatch: [{ op: 'replace', path: '/birthDate', value: '1980-05-18' }] });
seen.patched = patched.birthDate;

const history = await client.history({ resourceType: 'Observation', id: observation.id });
seen.history = history.entry.map((entry) => entry.resource.status);
seen.vread = (await client.vread({ resourceType: 'Observation', id: observation.id, version: '1' })).status;

for (let i = 0; i < 5; i++) await client.create({ resourceType: 'Observation', body: { resourceType: 'Observation', status: 'final', code: { text: `note ${i}` }, subject: { reference: `Patient/${patient.id}` } } });
let page = await client.search({ resourceType: 'Observation', searchParams: { patient: patient.id, _count: 4 } });
seen.pages = [page.entry.length];
while ((page = await client.nextPage({ bundle: page }))) seen.pages.push(page.entry.length);

await client.delete({ resourceType: 'Observation', id: observation.id });
seen.deleted = await client.read({ resourceType: 'Observation', id: observation.id }).then(() => 'there', (error) => error.response.status);

console.log(JSON.stringify(seen));
