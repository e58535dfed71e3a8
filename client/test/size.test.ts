// The size of the client as a browser loads it: with its dependency, minified and compressed.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';

const LIMIT_BYTES = 8 * 1024;

test('the client has at most 8 kB', () => {
  const bundler = join(createRequire(import.meta.url).resolve('rolldown'), '../../bin/cli.mjs');
  const entry = join(import.meta.dirname, '../src/index.ts');
  const options = ['--minify', '--format=esm', '--platform=browser', '--log-level=silent'];
  const code = execFileSync(process.execPath, [bundler, entry, ...options], { encoding: 'utf8' });
  expect(code).toMatch(/export\s*\{[^}]*createClient/);
  expect(code).not.toMatch(/^import/m);
  expect(gzipSync(code).length).toBeLessThanOrEqual(LIMIT_BYTES);
});
