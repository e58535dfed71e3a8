// Every dependency has a reason in docs/dependencies.md, and every decision a line in the index.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root, workspaces } from './support/sources.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Packages = Readonly<Record<string, string>> | undefined;
interface Manifest {
  readonly dependencies?: Packages;
  readonly devDependencies?: Packages;
  readonly peerDependencies?: Packages;
  readonly optionalDependencies?: Packages;
}

/** Returns `package: workspace, workspace (dev)` for every declared dependency, sorted. */
function declared(): string[] {
  const owners = new Map<string, string[]>();
  for (const owner of ['root', ...workspaces]) {
    const path = owner === 'root' ? 'package.json' : `${owner}/package.json`;
    const manifest = JSON.parse(read(path)) as Manifest;
    const add = (packages: Packages, kind: string): void => {
      for (const name of Object.keys(packages ?? {}))
        if (!workspaces.includes(name))
          owners.set(name, [...(owners.get(name) ?? []), `${owner}${kind}`]);
    };
    add(manifest.dependencies, '');
    add(manifest.optionalDependencies, ' (optional)');
    add(manifest.peerDependencies, ' (peer)');
    add(manifest.devDependencies, ' (dev)');
  }
  return [...owners].map(([name, by]) => `${name}: ${by.toSorted().join(', ')}`).toSorted();
}

const rows = read('docs/dependencies.md')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells[1]?.startsWith('`'))
  .map(([, name = '', by = '', why = '']) => ({
    entry: `${name.replaceAll('`', '')}: ${by.split(', ').toSorted().join(', ')}`,
    why,
  }));

describe('docs/dependencies.md', () => {
  test('lists every dependency with the workspaces that declare it, and no other dependency', () => {
    expect(rows.map(({ entry }) => entry).toSorted()).toEqual(declared());
  });

  test.each(rows)('has a reason for $entry', ({ why }) => {
    expect(why).toMatch(/\w+ \w+/);
  });
});

interface Locked {
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

describe('package-lock.json', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const installed = Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && !link,
  );
  const namesOf = (some: (locked: Locked) => boolean) => [
    ...new Set(
      installed
        .filter(([, locked]) => some(locked))
        .map(([path]) => path.split('node_modules/').at(-1)!),
    ),
  ];

  test('has a checksum for every package, and names no registry', () => {
    expect(installed.length).toBeGreaterThan(400);
    expect(namesOf(({ integrity = '' }) => !/^sha512-\S{80,}$/.test(integrity))).toEqual([]);
    expect(namesOf(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  test('has an install script in no package but those that allowScripts names', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Packages };
    const named = Object.keys(allowScripts ?? {}).toSorted();
    expect(namesOf(({ hasInstallScript = false }) => hasInstallScript).toSorted()).toEqual(named);
  });

  test('has a permissive licence for every package that runs in a service', () => {
    const permissive = new Set([
      '0BSD',
      'Apache-2.0',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'BlueOak-1.0.0',
      'ISC',
      'MIT',
      // Python's licence, of a library that was translated from Python.
      'PSF-2.0',
      'Unlicense',
    ]);
    expect(namesOf(({ dev = false }) => !dev).length).toBeGreaterThan(100);
    const isRefused = ({ dev = false, license = '' }: Locked) => !dev && !permissive.has(license);
    expect(namesOf(isRefused)).toEqual([]);
  });
});

describe('docs/decisions', () => {
  const files = readdirSync(join(root, 'docs/decisions')).filter((name) => name !== 'README.md');
  const index = read('docs/decisions/README.md');

  test('have an index with a line for every decision, in order, and no other line', () => {
    const listed = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, name]) => name);
    expect(listed).toEqual(files.toSorted());
  });

  test.each(files)('%s has its number, its title, a status and three sections', (name) => {
    const text = read(`docs/decisions/${name}`);
    const [, title] = /^# (\d+)\. \S.*\n\nStatus: \w+/.exec(text) ?? [];
    expect(Number(title)).toBe(Number(name.slice(0, 4)));
    const sections = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(sections).toEqual(['Context', 'Decision', 'Consequences']);
  });
});
