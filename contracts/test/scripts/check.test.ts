import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readMarks } from '../../scripts/breaking.ts';
import { channelsPath, checkBreaks, checkChannels, checkLint } from '../../scripts/check.ts';
import type { Folders } from '../../scripts/check.ts';
import { redocly } from '../../scripts/redocly.ts';
import { release } from '../../scripts/release.ts';
import { documentNames, loadDocument, openapiFolder, parseDocument } from '../../src/document.ts';

let folders: Folders;
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'contracts-'));
  folders = { openapi: home, released: join(home, 'released'), marks: join(home, 'marks.yaml') };
  for (const name of documentNames)
    await writeFile(
      join(home, `${name}.yaml`),
      await readFile(join(openapiFolder, `${name}.yaml`)),
    );
  await release(folders);
});
afterEach(() => rm(home, { recursive: true }));

/** Changes Social's document after its release. */
async function change(...changes: readonly (readonly [from: string, to: string])[]): Promise<void> {
  let text = await readFile(join(home, 'social.yaml'), 'utf8');
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  await writeFile(join(home, 'social.yaml'), text);
}
const breaks = async () => (await checkBreaks('social', folders)).wrong;

const counts = `      required: [postCount, friendCount]
      properties:
        postCount: { $ref: '#/components/schemas/Count' }
`;
const limit = '      name: limit\n      in: query\n';
const parameters = '      parameters: [*post-id, *include, ';
const retryAfter = 'it tries again.\n      required: ';

test('new properties, parameters and paths, and changed texts, break no client', async () => {
  const path = "  /api/new:\n    get:\n      responses: { '204': { description: Nothing } }\n";
  await change(
    [counts, `${counts}        likes: { $ref: '#/components/schemas/Count' }\n`],
    [parameters, `${parameters}{ name: as, in: query, schema: { type: string } }, `],
    ['paths:\n', `paths:\n${path}`],
    ['summary: One post\n', 'summary: A single post\n'],
  );
  expect(await breaks()).toEqual([]);
});

test('a removed response property, a new or newly required parameter, and an optional header break clients', async () => {
  await change(
    [counts, '      required: [friendCount]\n      properties:\n'],
    [limit, `${limit}      required: true\n`],
    [
      parameters,
      `${parameters}{ name: as, in: query, required: true, schema: { type: string } }, `,
    ],
    [`${retryAfter}true`, `${retryAfter}false`],
  );
  const schema =
    '#/paths/~1api~1users~1{id}~1counts/get/responses/200/content/application~1json/schema';
  expect((await breaks()).toSorted()).toEqual([
    expect.stringContaining(`what: ${schema} required-properties-removed`),
    expect.stringContaining(`what: ${schema}/properties/postCount property-removed`),
    expect.stringMatching(/Required .*`as`.* was added/),
    expect.stringContaining('header-no-longer-required'),
    expect.stringContaining('`limit` query parameter became required.'),
  ]);
});

test('a header that is removed from a shared part breaks every operation that uses the part', async () => {
  await change(["      ETag: { $ref: '#/components/headers/ETag' }\n", '']);
  const wrong = (await breaks()).join('\n');
  for (const path of ['posts~1{id}', 'authors', 'feed'])
    expect(wrong).toContain(`#/paths/~1api~1${path}/get/responses/200/headers/ETag`);
});

test('a document with its shared parts written out breaks no client', async () => {
  const path = join(home, 'social.yaml');
  await writeFile(path, JSON.stringify(parseDocument(await readFile(path, 'utf8'))));
  expect(await breaks()).toEqual([]);
});

test.each(documentNames)('redocly reads %s as the services do', async (name) => {
  const { stdout } = await redocly('bundle', join(openapiFolder, `${name}.yaml`), '--ext=json');
  expect(parseDocument(stdout)).toEqual(loadDocument(name));
});

test('a removed field of an event breaks consumers', async () => {
  const path = join(home, 'identity.yaml');
  const text = await readFile(path, 'utf8');
  const method = '        method: { type: string, const: DELETE }\n';
  expect(text).toContain(method);
  await writeFile(path, text.replace(method, '').replace('method, data]', 'data]'));
  const where = '#/paths/~1api~1user-events/get/responses/200/content/';
  const { wrong } = await checkBreaks('identity', folders);
  expect(wrong).toContainEqual(expect.stringContaining(where));
  expect(wrong).toContainEqual(expect.stringContaining('`method`'));
});

test('the check fails for a document without a released version', async () => {
  await rm(join(folders.released, 'social.yaml'));
  expect(await breaks()).toEqual([expect.stringContaining('cannot be compared')]);
});

test('a release makes the current documents the base and removes the marks', async () => {
  await change([limit, `${limit}      required: true\n`]);
  await writeFile(folders.marks, '[{ document: social, what: it, why: because, since: 2.0.0 }]');
  await release(folders);
  expect(await breaks()).toEqual([]);
  expect(await readMarks(folders.marks)).toEqual([]);
});

test('linting fails for an invalid OpenAPI document', async () => {
  await change(['operationId: getPost', 'operationId: listPosts']);
  expect((await checkLint('social', folders)).wrong).toEqual([
    expect.stringContaining('operation-operationId-unique'),
  ]);
});

test.each([
  ['an unknown action', 'action: send', 'action: shout', 'struct'],
  ['a message that does not exist', '/messages/UserDeleted', '/messages/UserGone', 'unresolved'],
])('linting fails for channels with %s', async (_what, from, to, rule) => {
  const text = await readFile(channelsPath, 'utf8');
  expect(text).toContain(from);
  const path = join(home, 'channels.yaml');
  // The changed document still refers to the schemas in their own folder.
  const events = join(import.meta.dirname, '../../events');
  await writeFile(path, text.replace(from, to).replaceAll('../events', events));
  expect((await checkChannels(path)).wrong).toEqual([expect.stringContaining(rule)]);
  await writeFile(path, text.replaceAll('../events', events));
  expect((await checkChannels(path)).wrong).toEqual([]);
});
