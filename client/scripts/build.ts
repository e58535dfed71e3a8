// `npm run build -w client`: writes client/dist, a package of JavaScript with types, for `npm pack ./client/dist`.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..');
const dist = join(folder, 'dist');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

rmSync(dist, { recursive: true, force: true });
const tsc = join(folder, '../node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.json')], { stdio: 'inherit' });
const { name, version, dependencies } = JSON.parse(
  readFileSync(join(folder, 'package.json'), 'utf8'),
) as Manifest;
const manifest = {
  name: `@social-network/${name}`,
  version,
  type: 'module',
  sideEffects: false,
  exports: { types: './index.d.ts', default: './index.js' },
  dependencies,
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
