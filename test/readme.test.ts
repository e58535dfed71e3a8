// README.md, CONTRIBUTING.md and the pages of docs/ name only existing files, npm scripts and settings.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { planServers } from '../scripts/nats/plan.ts';
import { settingsPage, withTables } from '../scripts/settings-table.ts';
import { makePlans } from '../scripts/start/plan.ts';

const root = join(import.meta.dirname, '..');
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root })].sort();
const settings = readFileSync(settingsPage, 'utf8');

/** Removes the padding that prettier adds to tables. */
const withoutPadding = (markdown: string): string =>
  markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

test('docs/settings.md has the tables that are generated from the schemas', () => {
  expect(withoutPadding(settings)).toBe(withoutPadding(withTables(settings)));
});

type Env = Record<string, string | undefined>;

/** Returns the names of the variables that a plan reads from an empty environment. */
async function namesReadBy(plan: (env: Env) => unknown): Promise<string[]> {
  const names = new Set<string>();
  await plan(
    new Proxy<Env>({}, { get: (_env, name) => void (typeof name === 'string' && names.add(name)) }),
  );
  // The files of secrets have one paragraph for all of them.
  return [...names].filter((name) => !(name.endsWith('_FILE') && names.has(name.slice(0, -5))));
}

/** Returns the names and defaults of a table in docs/settings.md. */
function tableOf(name: string): [name: string, fallback: string][] {
  const [, table = ''] =
    new RegExp(`<!-- settings of ${name} -->(.*?)<!-- end`, 's').exec(settings) ?? [];
  return [...table.matchAll(/^\| `(\w+)` +\| (?:`([^`]+)`)? *\|/gm)].map(
    ([, setting, fallback = '']) => [setting!, fallback],
  );
}

describe.each([
  ['npm start', (env: Env) => makePlans(env, root)],
  ['nats-cluster', (env: Env) => planServers(env, root, async () => [])],
])('the table of %s in docs/settings.md', (name, plan) => {
  const rows = tableOf(name);

  test('has every setting that is read, and no others', async () => {
    expect(rows.map(([setting]) => setting).sort()).toEqual((await namesReadBy(plan)).sort());
  });

  test.each(rows.filter(([, fallback]) => fallback !== ''))(
    'has the default of %s',
    async (setting, fallback) => {
      expect(await plan({ [setting]: fallback })).toEqual(await plan({}));
    },
  );
});

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('links only to existing files', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  test('names only existing npm scripts', () => {
    const named = [...text.matchAll(/npm run ([a-z:-]+)(?: -w ([a-z-]+))?/g)];
    const missing = named.filter(
      ([, name = '', workspace = '.']) => !Object.hasOwn(scriptsOf(workspace), name),
    );
    expect(missing.map(([line]) => line)).toEqual([]);
  });
});

test('README.md links to pages and names npm scripts', () => {
  expect(read('README.md').match(/\]\(docs\//g)!.length).toBeGreaterThan(5);
  expect(read('README.md')).toContain('npm run ');
});

function scriptsOf(workspace: string): object {
  return (JSON.parse(read(join(workspace, 'package.json'))) as { scripts: object }).scripts;
}
