// Before all tests: makes a folder for their files, and an empty embedded database that tests copy.
// Making a database takes seconds, so it is cached between runs, until PGlite or the code that makes it changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** The cached database depends on these files. */
const SOURCES = [
  'node_modules/@electric-sql/pglite/package.json',
  'chassis/src/postgres/embedded.ts',
];

export default async function setup(): Promise<void> {
  process.env['TEST_TEMP'] = mkdtempSync(join(tmpdir(), 'social-network-'));
  process.env['TEST_CLUSTER'] = await emptyCluster();
}

async function emptyCluster(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(readFileSync(join(root, file)));
  const cluster = join(root, 'node_modules/.cache/test-cluster', hash.digest('hex').slice(0, 16));
  if (existsSync(cluster)) return cluster;

  const { createCluster } = await import('../../chassis/src/postgres/embedded.ts');
  mkdirSync(join(cluster, '..'), { recursive: true });
  // Several test runs may start at once: each makes a database, and the first one to finish stores it.
  const own = `${cluster}.${process.pid}`;
  await createCluster(own);
  if (existsSync(cluster)) return own;
  renameSync(own, cluster);
  return cluster;
}
