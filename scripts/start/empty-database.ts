// An empty embedded database, to be copied: making one takes seconds and a gigabyte of memory, a copy a fraction of a second.
// It is cached between runs, until PGlite or the code that makes it changes.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const code = join(root, 'chassis/src/postgres/embedded.ts');
/** The cached database depends on these files. */
const SOURCES = [join(root, 'node_modules/@electric-sql/pglite/package.json'), code];

/** Returns the folder of an empty database, which is made at the first call. Nobody may write into it. */
export async function emptyDatabase(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(readFileSync(file));
  const cached = join(root, 'node_modules/.cache/empty-database', hash.digest('hex').slice(0, 16));
  if (existsSync(cached)) return cached;

  // Several processes may be here at once: each makes a database, and the first one to finish stores it.
  const own = `${cached}.${process.pid}`;
  await mkdir(dirname(cached), { recursive: true });
  // In a process of its own, because the memory that this takes is given back only at the end of the process.
  const script = `const [code, folder] = process.argv.slice(1); await (await import(code)).createCluster(folder);`;
  const args = ['--input-type=module', '-e', script, code, own];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  return stored(own, cached);
}

/** Copies the empty database to `target`, completely or not at all. A database that is there stays as it is. */
export async function createFromEmpty(target: string): Promise<void> {
  if (existsSync(target)) return;
  const own = `${target}.${process.pid}`;
  await mkdir(dirname(target), { recursive: true });
  await cp(await emptyDatabase(), own, { recursive: true });
  await stored(own, target);
}

/** Renames a folder. When another process was faster, its folder stays, and this one goes. */
async function stored(own: string, target: string): Promise<string> {
  await rename(own, target).catch(async (error: unknown) => {
    await rm(own, { recursive: true });
    if (!existsSync(target)) throw error;
  });
  return target;
}
