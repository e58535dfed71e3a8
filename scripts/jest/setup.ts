// Before all tests: a folder for what they write, and an empty embedded database that they copy.
// Making a database takes seconds, so it is kept between runs, until PGlite or the way it is made changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const madeOf = [
  'node_modules/@electric-sql/pglite/package.json',
  'chassis/src/postgres/embedded.ts',
];

export default async function setup(): Promise<void> {
  process.env['TEST_TEMP'] = mkdtempSync(join(tmpdir(), 'social-network-'));
  process.env['TEST_CLUSTER'] = await emptyCluster();
}

async function emptyCluster(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of madeOf) hash.update(readFileSync(join(root, file)));
  const cluster = join(root, 'node_modules/.cache/test-cluster', hash.digest('hex').slice(0, 16));
  if (existsSync(cluster)) return cluster;

  const { createCluster } = await import('../../chassis/src/postgres/embedded.ts');
  mkdirSync(join(cluster, '..'), { recursive: true });
  // Several test runs may start at once: each makes its own, and the first one to finish wins.
  const own = `${cluster}.${process.pid}`;
  await createCluster(own);
  if (existsSync(cluster)) return own;
  renameSync(own, cluster);
  return cluster;
}
