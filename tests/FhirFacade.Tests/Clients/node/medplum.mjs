// The same round of work through npm's @medplum/core, which knows nothing of this server.
import { MedplumClient } from '@medplum/core';

const base = new URL(process.argv[2]);
const client = new MedplumClient({ baseUrl: `${base.origin}/`, fhirUrlPath: base.pathname.slice(1), fetch, cacheTime: 0, autoBatchTime: 0 });
const seen = {};

const patient = await client.createResourceIfNoneExist(
  { resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: 'med-1' }], name: [{ family: 'Åberg', given: ['Eva'] }], birthDate: '1999-12-31' }, 'identifier=urn:mrn|med-1');
const again = await client.createResourceIfNoneExist({ resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: 'med-1' }] }, 'identifier=urn:mrn|med-1');
seen.sameOnCondition = patient.id === again.id;

const batch = await client.executeBatch({
  resourceType: 'Bundle', type: 'batch', entry: [
    { request: { method: 'POST', url: 'Observation' }, resource: { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${patient.id}` } } },
    { request: { method: 'GET', url: 'Patient/nobody' } },
    { request: { method: 'GET', url: `Patient?_id=${patient.id}` } },
  ],
});
seen.batch = batch.entry.map((entry) => entry.response.status.slice(0, 3));

seen.byName = (await client.searchResources('Patient', 'name=aberg')).map((one) => one.id === patient.id);
seen.one = (await client.searchOne('Observation', { subject: `Patient/${patient.id}` })).code.text;

const updated = await client.updateResource({ ...patient, gender: 'female' });
seen.updated = `${updated.gender} ${updated.meta.versionId}`;
const patched = await client.patchResource('Patient', patient.id, [{ op: 'test', path: '/gender', value: 'female' }, { op: 'add', path: '/active', value: true }]);
seen.patched = patched.active;
seen.failedTest = await client.patchResource('Patient', patient.id, [{ op: 'test', path: '/gender', value: 'male' }]).then(() => 'taken', (error) => error.outcome.resourceType);

seen.everything = (await client.readPatientEverything(patient.id)).entry.map((entry) => entry.resource.resourceType).sort();
seen.history = (await client.readHistory('Patient', patient.id)).entry.length;
seen.version = (await client.readVersion('Patient', patient.id, '1')).gender === undefined;
seen.valid = (await client.validateResource({ resourceType: 'Patient', birthDate: '2000-01-01' })).issue.every((issue) => issue.severity !== 'error');
seen.expanded = (await client.valueSetExpand({ url: 'http://hl7.org/fhir/ValueSet/administrative-gender', filter: 'fem' })).expansion.contains.map((one) => one.code);

await client.deleteResource('Patient', patient.id);
seen.deleted = await client.readResource('Patient', patient.id, { cache: 'reload' }).then(() => 'there', (error) => error.outcome.issue[0].code);

console.log(JSON.stringify(seen));
