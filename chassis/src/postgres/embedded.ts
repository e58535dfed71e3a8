// The embedded database: PostgreSQL in WebAssembly (PGlite), in this process, in a directory of its own.
// It has one session and runs on the event loop, so it has no time limits; see docs/decisions/0003-postgres.md.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { lockDirectory } from './directory-lock.ts';
import { type Backend, INT8, parseInt8 } from './backend.ts';
import { databaseError, withDatabaseErrors } from './errors.ts';
import { CLUSTER } from './settings.ts';
import { StartupError } from '../base/startup-error.ts';

// V8 compiles WebAssembly fast, and what is used often once more, well. The second time takes half a second of CPU and
// 500 MB at each start, and makes statements a fifth faster at most: docs/decisions/0003-postgres.md.
setFlagsFromString('--no-wasm-tier-up');
setFlagsFromString('--no-wasm-dynamic-tiering');

const open = (directory: string): Promise<PGlite> =>
  PGlite.create({
    dataDir: directory,
    // The default is 128 MB. 8 MB are enough for a small system, and the process is 140 MB smaller.
    postgresqlconf: ['shared_buffers=8MB'],
    parsers: { [INT8]: parseInt8 },
  });

/** Creates an empty database at `directory`: completely or not at all, even when the process is killed meanwhile. */
export async function createCluster(directory: string): Promise<void> {
  const temporary = `${directory}.unfinished`;
  rmSync(temporary, { recursive: true, force: true });
  const pglite = await open(temporary);
  await pglite.close();
  renameSync(temporary, directory);
}

/** @throws StartupError when another process uses the directory, or when the directory or its files cannot be used */
export async function openEmbedded(dataDir: string): Promise<Backend> {
  const lock = lockDirectory(dataDir);
  try {
    const directory = join(dataDir, CLUSTER);
    if (!existsSync(directory)) await createCluster(directory);
    const pglite = await open(directory).catch((cause: unknown) => {
      throw new StartupError(
        `The database in ${directory} cannot be opened: its files are damaged, or another version made them.`,
        { cause },
      );
    });
    const dialect = new PGliteDialect({ pglite: withoutDriverErrors(pglite) });
    // Never destroyed: that would close the only session.
    const maintenance = new Kysely<unknown>({ dialect });
    const closing = new AbortController();
    return {
      dialect,
      withMaintenance: (work) => work(maintenance),
      // The lock on the directory already excludes other processes.
      withLeaderLock: (_key, _signal, work) => work(closing.signal),
      async close() {
        closing.abort();
        if (!pglite.closed) await pglite.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Wraps the part of PGlite that Kysely uses: errors of PGlite contain statements and values, ours do not. */
function withoutDriverErrors(pglite: PGlite) {
  const query: PGlite['query'] = (...args) => withDatabaseErrors(pglite.query(...args));
  const transaction: PGlite['transaction'] = async (work) => {
    let hasBegun = false;
    try {
      return await pglite.transaction((tx) => {
        hasBegun = true;
        return work(
          new Proxy(tx, {
            get: (target, name) =>
              name === 'query'
                ? (...args: Parameters<typeof tx.query>) =>
                    withDatabaseErrors(target.query(...args))
                : Reflect.get(target, name, target),
          }),
        );
      });
    } catch (error) {
      if (hasBegun) throw error;
      // The database was closed before. Kysely waits without a limit for a transaction to begin, so this one begins, and
      // its queries fail.
      return work({ query: () => Promise.reject(databaseError(undefined)) } as never);
    }
  };
  return {
    query,
    transaction,
    close: () => pglite.close(),
    waitReady: pglite.waitReady,
    get ready() {
      return pglite.ready;
    },
    get closed() {
      return pglite.closed;
    },
  };
}
