// The tracked files name no path of a developer's machine, and every dependency is declared.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readSources, root, workspaces } from './support/sources.ts';
import { machinePathsIn, readTracked, undeclared, type Manifest } from './support/tree.ts';

const manifestOf = (workspace: string) =>
  JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')) as Manifest;

describe('the tracked files', () => {
  test('have no path of a machine and no registry', () => {
    // The rules and their tests contain such paths.
    const files = readTracked();
    for (const path of files.keys()) if (/^test\/(support\/)?tree\b/.test(path)) files.delete(path);
    expect(machinePathsIn(files, root)).toEqual([]);
  });

  test.each([
    'see /home/ann/social-network/README.md',
    "import x from '/Users/ann/x.ts'",
    'cwd: /workspace/social-network',
    '  "resolved": "https://example.com/left-pad-1.0.0.tgz",',
    'registry=https://registry.npmjs.org/',
    'in /opt/checkout/src/a.ts',
  ])('are reported when they contain: %s', (line) => {
    const files = new Map([['a.md', `fine\n${line}`]]);
    expect(machinePathsIn(files, '/opt/checkout')).toEqual([expect.stringContaining('a.md:2: ')]);
  });

  test.each(['GET /api/users/1/home/2', 'COPY . /app', 'http://localhost/home/x', '/var/lib/data'])(
    'may contain: %s',
    (line) => {
      expect(machinePathsIn(new Map([['a.md', line]]), '/opt/checkout')).toEqual([]);
    },
  );
});

describe('dependencies', () => {
  const files = readSources();
  const chassisPeers = Object.keys(manifestOf('chassis').peerDependencies ?? {});

  test.each(workspaces)('of %s are exactly the imported packages', (workspace) => {
    expect(undeclared(workspace, files, manifestOf(workspace), chassisPeers)).toEqual([]);
  });

  test('that are missing or unused are reported', () => {
    const sources = new Map([
      ['chassis/src/a.ts', `import '@scope/a/b';\nimport { c } from 'c';\nimport 'node:fs';`],
      ['chassis/test/a.test.ts', `import 'd';`],
    ]);
    expect(undeclared('chassis', sources, { dependencies: { '@scope/a': '1', e: '1' } })).toEqual([
      'chassis/src/a.ts:2: c is not declared in chassis/package.json',
      'chassis/package.json: nothing in src imports e',
    ]);
  });
});
