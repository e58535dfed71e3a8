// Which coding a client gets, and what compressed bytes are.
import { expect, test } from '@jest/globals';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { codingFor, compress } from '../../src/base/compression.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate', 'gzip'],
  ['GZIP', 'gzip'],
  ['deflate', undefined],
  ['*', 'zstd'],
  ['*;q=0', undefined],
  ['*;q=0.5, zstd;q=0', 'br'],
  ['gzip;q=0', undefined],
  ['zstd;q=0.1, gzip;q=0.5', 'gzip'],
  ['gzip;q=1.0, br;q=1', 'br'],
  ['identity, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip', 'gzip'],
  ['identity;q=0, *;q=0', undefined],
  ['gzip;q=2', undefined],
  ['gzip;q=0.5;q=0', undefined],
  ['br , gzip ; q=0.9', 'br'],
  [`${'x'.repeat(500)}, gzip`, undefined],
])('for %j the coding is %s', (header, coding) => {
  expect(codingFor(header)).toBe(coding);
  expect(codingFor(header)).toBe(coding);
});

test.each([
  ['zstd', zstdDecompressSync],
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
] as const)('%s comes out as it went in, and is smaller', (coding, decompress) => {
  const content = Buffer.from('Cats are great, dogs are too. '.repeat(100));
  const compressed = compress(content, coding);
  expect(decompress(compressed)).toEqual(content);
  expect(compressed.length).toBeLessThan(content.length / 5);
});
