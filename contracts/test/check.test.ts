import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { checkBreaks, checkLint } from '../scripts/check.ts';
import type { Folders } from '../scripts/check.ts';
import { release } from '../scripts/release.ts';
import { openapiFolder } from '../src/document.ts';

let home: string;
let folders: Folders;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'contracts-'));
  folders = {
    openapi: openapiFolder,
    released: join(home, 'released'),
    marks: join(home, 'marks'),
  };
  await release(folders);
  folders = { ...folders, openapi: home };
});
afterEach(() => rm(home, { recursive: true }));

/** Social's document, changed since its release. */
async function change(from: string, to: string): Promise<void> {
  const text = await readFile(join(openapiFolder, 'social.yaml'), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(home, 'social.yaml'), text.replace(from, to));
}
const breaks = async () => (await checkBreaks('social', folders)).wrong;
const mark = (what: string, why = 'nobody asks for it any more') =>
  writeFile(folders.marks, JSON.stringify([{ document: 'social', what, why, since: '2.0.0' }]));

const counts = `      required: [postCount, friendCount]
      properties:
        postCount: { $ref: '#/components/schemas/Count' }
`;
const limit = `      name: limit
      in: query
`;
const schema =
  '#/paths/~1api~1users~1{id}~1counts/get/responses/200/content/application~1json/schema';

test('a document that is as it was released breaks nothing', async () => {
  await change('openapi: 3.1.0', 'openapi: 3.1.0');
  expect(await breaks()).toEqual([]);
});

test('new properties, new paths and other words break nothing', async () => {
  await change(counts, `${counts}        likes: { $ref: '#/components/schemas/Count' }\n`);
  expect(await breaks()).toEqual([]);
  await change('summary: One post\n', 'summary: A single post\n');
  expect(await breaks()).toEqual([]);
  await change(
    'paths:\n',
    "paths:\n  /api/new:\n    get:\n      operationId: getNew\n      responses: { '204': { description: Nothing } }\n",
  );
  expect(await breaks()).toEqual([]);
});

test('a removed response property breaks clients', async () => {
  await change(counts, '      required: [friendCount]\n      properties:\n');
  expect(await breaks()).toEqual([
    expect.stringContaining(`what: ${schema} required-properties-removed`),
    expect.stringContaining('Property `postCount` of `Counts` was removed.'),
  ]);
});

test('a parameter that is required from now on breaks clients', async () => {
  await change(limit, `${limit}      required: true\n`);
  expect(await breaks()).toEqual([expect.stringContaining('parameter-became-required')]);
});

test('a new required parameter breaks clients', async () => {
  const first = "      parameters:\n        - $ref: '#/components/parameters/PostId'\n";
  const added = '        - { name: as, in: query, required: true, schema: { type: string } }\n';
  await change(first, first + added);
  expect(await breaks()).toEqual([expect.stringContaining('parameter')]);
});

test('a header that may be missing from now on breaks clients', async () => {
  const header = 'Seconds after which another attempt makes sense.\n      required: ';
  await change(`${header}true`, `${header}false`);
  expect(await breaks()).toEqual([expect.stringContaining('header-no-longer-required')]);
});

test('a break that is marked passes, and only that one', async () => {
  await change(counts, counts.replace('[postCount, friendCount]', '[friendCount]'));
  await mark(`${schema} required-properties-removed`);
  expect(await breaks()).toEqual([]);
  await change(counts, '      required: [friendCount]\n      properties:\n');
  expect(await breaks()).toEqual([expect.stringContaining('property-removed')]);
});

test('a mark for what does not break is told, so that it cannot allow a later break', async () => {
  await change('openapi: 3.1.0', 'openapi: 3.1.0');
  await mark(`${schema} property-removed`);
  expect(await breaks()).toEqual([expect.stringContaining('marked, but nothing breaks there')]);
});

test('a mark without a reason is refused', async () => {
  await change('openapi: 3.1.0', 'openapi: 3.1.0');
  await mark(`${schema} property-removed`, '');
  expect(await breaks()).toEqual([
    expect.stringContaining('each entry has document, what, why, since'),
  ]);
});

test('a document that was never released, or does not parse, fails the check', async () => {
  await change('openapi: 3.1.0', 'openapi: 3.1.0');
  await rm(join(folders.released, 'social.yaml'));
  expect(await breaks()).toEqual([expect.stringContaining('cannot be compared')]);
});

test('a release makes the breaks of before the new state, and empties the marks', async () => {
  await change(limit, `${limit}      required: true\n`);
  await mark('whatever');
  for (const name of ['identity', 'gateway'])
    await writeFile(
      join(home, `${name}.yaml`),
      await readFile(join(openapiFolder, `${name}.yaml`)),
    );
  await release(folders);
  expect(await breaks()).toEqual([]);
  expect(parse(await readFile(folders.marks, 'utf8'))).toEqual([]);
});

test('a document that is no good OpenAPI does not lint', async () => {
  await change('operationId: getPost', 'operationId: listPosts');
  expect((await checkLint('social', folders)).wrong).toEqual([
    expect.stringContaining('operation-operationId-unique'),
  ]);
});
