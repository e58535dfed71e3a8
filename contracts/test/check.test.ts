import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { judge, readMarks } from '../scripts/breaking.ts';
import { channelsPath, checkBreaks, checkChannels, checkLint } from '../scripts/check.ts';
import type { Folders } from '../scripts/check.ts';
import { release } from '../scripts/release.ts';
import { documentNames, openapiFolder } from '../src/document.ts';

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
const parameters = "      parameters:\n        - $ref: '#/components/parameters/PostId'\n";
const retryAfter = 'Seconds after which another attempt makes sense.\n      required: ';

test('new properties, parameters, paths and other words break nothing', async () => {
  const path = "  /api/new:\n    get:\n      responses: { '204': { description: Nothing } }\n";
  await change(
    [counts, `${counts}        likes: { $ref: '#/components/schemas/Count' }\n`],
    [parameters, `${parameters}        - { name: as, in: query, schema: { type: string } }\n`],
    ['paths:\n', `paths:\n${path}`],
    ['summary: One post\n', 'summary: A single post\n'],
  );
  expect(await breaks()).toEqual([]);
});

test('a removed response property, new or newly required parameters, and a header that may be missing break clients', async () => {
  await change(
    [counts, '      required: [friendCount]\n      properties:\n'],
    [limit, `${limit}      required: true\n`],
    [
      parameters,
      `${parameters}        - { name: as, in: query, required: true, schema: { type: string } }\n`,
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

test('an event that loses a field breaks its readers', async () => {
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

test('a document that was never released fails the check', async () => {
  await rm(join(folders.released, 'social.yaml'));
  expect(await breaks()).toEqual([expect.stringContaining('cannot be compared')]);
});

test('a release makes the breaks of before the new state, and empties the marks', async () => {
  await change([limit, `${limit}      required: true\n`]);
  await writeFile(folders.marks, '[{ document: social, what: it, why: because, since: 2.0.0 }]');
  await release(folders);
  expect(await breaks()).toEqual([]);
  expect(await readMarks(folders.marks)).toEqual([]);
});

test('a document that is no good OpenAPI does not lint', async () => {
  await change(['operationId: getPost', 'operationId: listPosts']);
  expect((await checkLint('social', folders)).wrong).toEqual([
    expect.stringContaining('operation-operationId-unique'),
  ]);
});

test.each([
  ['an action that there is not', 'action: send', 'action: shout', 'struct'],
  ['a message that is nowhere', '/messages/UserDeleted', '/messages/UserGone', 'unresolved'],
])('channels with %s are no good AsyncAPI', async (_what, from, to, rule) => {
  const text = await readFile(channelsPath, 'utf8');
  expect(text).toContain(from);
  const path = join(home, 'channels.yaml');
  // The schemas stay where they are.
  const events = join(import.meta.dirname, '../events');
  await writeFile(path, text.replace(from, to).replaceAll('../events', events));
  expect((await checkChannels(path)).wrong).toEqual([expect.stringContaining(rule)]);
  await writeFile(path, text.replaceAll('../events', events));
  expect((await checkChannels(path)).wrong).toEqual([]);
});

const found = { what: '#/paths/~1a/get property-removed', message: 'It was removed.' };
const mark = {
  document: 'social',
  what: found.what,
  why: 'nobody asks for it',
  since: '2.0.0',
} as const;

test('a break passes when it is marked in its document', () => {
  expect(judge('social', [found], [mark])).toEqual([]);
  expect(judge('social', [found], [{ ...mark, document: 'identity' }])).toEqual([
    `breaks clients: It was removed.\n  what: ${found.what}`,
  ]);
});

test('a mark allows the one break that it names', () => {
  const other = { ...found, what: '#/paths/~1b/get property-removed' };
  expect(judge('social', [found, other], [mark])).toEqual([
    `breaks clients: It was removed.\n  what: ${other.what}`,
  ]);
});

test('a mark for what does not break fails, so that it cannot allow a later break', () => {
  expect(judge('social', [], [mark])).toEqual([
    `marked, but nothing breaks there\n  what: ${found.what}`,
  ]);
  expect(judge('identity', [], [mark])).toEqual([]);
});

test.each([
  ['without a reason', { ...mark, why: '' }],
  ['without a version', { ...mark, since: undefined }],
  ['for an unknown document', { ...mark, document: 'nobody' }],
  ['that is no object', 'social'],
  ['that is nothing', null],
])('a mark %s is refused', async (_what, entry) => {
  await writeFile(folders.marks, JSON.stringify([entry]));
  await expect(readMarks(folders.marks)).rejects.toThrow(
    'each entry has document, what, why, since',
  );
});

test('marks that are no list are refused', async () => {
  await writeFile(folders.marks, JSON.stringify(mark));
  await expect(readMarks(folders.marks)).rejects.toThrow('is no list');
});
