import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  channelsPath,
  checkBreaks,
  checkChannels,
  checkLint,
  checkRelease,
  documentPath,
} from '../../scripts/check.ts';
import { folders as repository, type Folders } from '../../scripts/check.ts';
import { redocly } from '../../scripts/redocly.ts';
import { channelNames, release, releasedNames, type ReleasedName } from '../../scripts/releases.ts';
import { documentNames, loadDocument, openapiFolder, parseDocument } from '../../src/document.ts';

let template: string;
let folders: Folders;
let home: string;

/** The paths of the check in `home`. */
const foldersIn = (folder: string): Folders => ({
  openapi: folder,
  asyncapi: folder,
  released: join(folder, 'released'),
  marks: join(folder, 'marks.yaml'),
});
const releaseNow = (name: ReleasedName) =>
  release(name, documentPath(name, folders), folders.released);

// Releases take time, so they are made once, and copied for each test.
beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'contracts-'));
  folders = foldersIn(template);
  await writeFile(folders.marks, '[]');
  for (const name of documentNames)
    await copyFile(join(openapiFolder, `${name}.yaml`), join(template, `${name}.yaml`));
  for (const name of channelNames)
    await copyFile(documentPath(name, repository), join(template, `${name}.yaml`));
  await Promise.all(releasedNames.map(releaseNow));
});
afterAll(() => rm(template, { recursive: true }));

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'contracts-'));
  await cp(template, home, { recursive: true });
  folders = foldersIn(home);
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

test('a property that a request loses breaks clients, since unknown properties are a 400', async () => {
  const text = await readFile(join(home, 'identity.yaml'), 'utf8');
  const email = "        email: { $ref: '#/components/schemas/Email' }\n";
  expect(text).toContain(email);
  await writeFile(
    join(home, 'identity.yaml'),
    text.replace(email, '').replace('[username, email, password]', '[username, password]'),
  );
  const { wrong } = await checkBreaks('identity', folders);
  expect(wrong).toEqual([
    expect.stringContaining('properties/email property-removed'),
    expect.stringContaining('properties/email request-property-removed'),
  ]);
});

const changeChannels = async (from: string, to: string) => {
  const path = join(home, 'user-events.yaml');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
  return (await checkBreaks('user-events', folders)).wrong;
};

describe('the AsyncAPI document', () => {
  test.each([
    ['another subject', 'address: user-events.{id}', 'address: users.{id}', 'stream/address'],
    ['a message less', "      - $ref: '#/channels/stream/messages/UserDeleted'\n", '', 'messages'],
    ['a header less', 'required: [Link, ', 'required: [', 'FeedHeaders/required'],
    ['a smaller limit', 'maximum: 10000', 'maximum: 1000', 'timeout/maximum'],
  ])('with %s breaks consumers', async (_, from, to, where) => {
    expect((await changeChannels(from, to)).join()).toContain(where);
  });

  test('with other words, a new message and a new header breaks no consumer', async () => {
    await changeChannels('title: The HTTP feed', 'title: The feed over HTTP');
    await changeChannels(
      '      UserEventBatch: { $ref',
      '      More: {}\n      UserEventBatch: { $ref',
    );
    expect(await changeChannels('[Link, ', '[Link, More, ')).toEqual([]);
  });
});

const whyUnreleased = async () => (await checkRelease('social', folders)).wrong;
const raiseVersion = () => change(['\n  version: ', '\n  version: 1']);

describe('a release', () => {
  test('is needed after each change of a promise, and for no other', async () => {
    await change(['summary: One post\n', 'summary: A single post\n']);
    expect(await whyUnreleased()).toEqual([]);
    await change([limit, `${limit}      required: true\n`]);
    expect(await whyUnreleased()).toEqual([expect.stringContaining('raise info.version')]);
    await raiseVersion();
    expect(await whyUnreleased()).toEqual([expect.stringContaining('is not released')]);
    await releaseNow('social');
    expect(await whyUnreleased()).toEqual([]);
  });

  test('is never overwritten', async () => {
    await change([limit, `${limit}      required: true\n`]);
    await expect(releaseNow('social')).rejects.toThrow('raise info.version');
  });

  test('is compared with the one before it, and needs marks of its own version', async () => {
    await raiseVersion();
    await change([limit, `${limit}      required: true\n`]);
    const before = await breaks();
    expect(before).not.toEqual([]);
    await releaseNow('social');
    const { version } = parseDocument(await readFile(join(home, 'social.yaml'), 'utf8')).info;
    const mark = (since: string) =>
      before.map((line) => ({
        document: 'social',
        what: line.split('what: ')[1],
        why: 'y',
        since,
      }));
    const marks = mark(version).concat(mark('1.0.0'));
    await writeFile(folders.marks, JSON.stringify(marks));
    expect(await breaks()).toEqual([]);
  });

  test('is the first one without anything to compare it with', async () => {
    await rm(folders.released, { recursive: true });
    expect(await breaks()).toEqual([]);
    expect(await whyUnreleased()).toEqual([expect.stringContaining('was never released')]);
  });
});

test('the documents of this repository are released, so that what is deployed is protected', async () => {
  for (const name of releasedNames)
    expect((await checkRelease(name, repository)).wrong).toEqual([]);
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
