// The package that other repositories use: built, and loaded by a plain Node outside this repository.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const folder = join(import.meta.dirname, '..');

test('the built package loads in Node, and has types', () => {
  execFileSync(process.execPath, [join(folder, 'scripts/build.ts')]);
  const site = mkdtempSync(join(process.env['TEST_TEMP']!, 'site-'));
  const modules = join(site, 'node_modules');
  mkdirSync(join(modules, '@social-network'), { recursive: true });
  cpSync(join(folder, 'dist'), join(modules, '@social-network/client'), { recursive: true });
  const library = createRequire(import.meta.url).resolve('openapi-fetch/package.json');
  symlinkSync(join(library, '..'), join(modules, 'openapi-fetch'));
  const program = `
    import { createClient } from '@social-network/client';
    console.log(Object.keys(createClient()).join());`;
  const args = ['--input-type=module', '-e', program];
  const output = execFileSync(process.execPath, args, { cwd: site, encoding: 'utf8' });
  expect(output.trim()).toBe('get,post,put,patch,delete');
});
