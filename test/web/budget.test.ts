// What a browser loads before it shows the web app: sizes, compressed as the gateway sends them at worst.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { root } from '../support/sources.ts';

const assets = join(root, 'web/dist/assets');

test.each([
  ['js', 60],
  ['css', 10],
])('all .%s files together have at most %i kB', (extension, limit) => {
  const files = readdirSync(assets).filter((name) => name.endsWith(`.${extension}`));
  const sizes = files.map(
    (name) => gzipSync(readFileSync(join(assets, name)), { level: 1 }).length,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(limit * 1024);
});
