import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { judge, readMarks } from '../../scripts/breaking.ts';

let home: string;
let file: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'marks-'));
  file = join(home, 'marks.yaml');
});
afterAll(() => rm(home, { recursive: true }));

const found = { what: '#/paths/~1a/get property-removed', message: 'It was removed.' };
const mark = {
  document: 'social',
  what: found.what,
  why: 'no client uses it',
  since: '2.0.0',
} as const;

test('a break passes if it is marked for its document', () => {
  expect(judge('social', [found], [mark])).toEqual([]);
  expect(judge('social', [found], [{ ...mark, document: 'identity' }])).toEqual([
    `breaks clients: It was removed.\n  what: ${found.what}`,
  ]);
});

test('a mark allows only the break that it names', () => {
  const other = { ...found, what: '#/paths/~1b/get property-removed' };
  expect(judge('social', [found, other], [mark])).toEqual([
    `breaks clients: It was removed.\n  what: ${other.what}`,
  ]);
});

test('a mark without a break fails, so that it cannot allow a later break', () => {
  expect(judge('social', [], [mark])).toEqual([
    `marked, but there is no such break\n  what: ${found.what}`,
  ]);
  expect(judge('identity', [], [mark])).toEqual([]);
});

test.each([
  ['without a reason', { ...mark, why: '' }],
  ['without a version', { ...mark, since: undefined }],
  ['for an unknown document', { ...mark, document: 'unknown' }],
  ['that is not an object', 'social'],
  ['that is null', null],
])('refuses a mark %s', async (_what, entry) => {
  await writeFile(file, JSON.stringify([entry]));
  await expect(readMarks(file)).rejects.toThrow('each entry has document, what, why, since');
});

test('refuses marks that are not a list', async () => {
  await writeFile(file, JSON.stringify(mark));
  await expect(readMarks(file)).rejects.toThrow('is not a list');
});
