// The README says what is so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readme, withTables } from '../scripts/settings-table.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(readme, 'utf8');
/** Prettier pads tables; the words are what counts. */
const words = (markdown: string): string =>
  markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

test('the settings tables are those of the schemas', () => {
  expect(words(text)).toBe(words(withTables(text)));
});

test('every file that the README links to is there', () => {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
});

const scriptsOf = (workspace: string): object =>
  (JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')) as { scripts: object })
    .scripts;

test('every npm script that the README names is one', () => {
  const named = [...text.matchAll(/npm run ([a-z:-]+)(?: -w ([a-z-]+))?/g)];
  expect(named.length).toBeGreaterThan(5);
  const missing = named.filter(
    ([, name = '', workspace = '.']) => !Object.hasOwn(scriptsOf(workspace), name),
  );
  expect(missing.map(([line]) => line)).toEqual([]);
});
