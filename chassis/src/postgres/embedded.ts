// The embedded database: PostgreSQL in WebAssembly (PGlite), in a directory of its own, in this process.
// It has one session and runs on the event loop, so it knows no deadlines; see docs/decisions/0003-postgres.md.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { lockDirectory } from './directory-lock.ts';
import { type Backend, INT8, parseInt8 } from './backend.ts';
import { databaseError, guarded } from './errors.ts';
import { StartupError } from '../base/startup-error.ts';

/** Where the database's files are, inside of the data directory. */
export const CLUSTER = 'postgres';

const open = (directory: string): Promise<PGlite> =>
  PGlite.create({
    dataDir: directory,
    // 128 MB unless told; a small system's data fits easily, and a process is 140 MB smaller.
    postgresqlconf: ['shared_buffers=8MB'],
    parsers: { [INT8]: parseInt8 },
  });

/** Makes an empty database at `directory`: all of it or nothing, even when the process is killed meanwhile. */
export async function createCluster(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const pglite = await open(unfinished);
  await pglite.close();
  renameSync(unfinished, directory);
}

/** @throws StartError when another process has the directory, or when it or its files cannot be used. */
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
    // Its one session serves all; this Kysely is never destroyed, which would close it.
    const maintenance = new Kysely<unknown>({ dialect });
    const closing = new AbortController();
    return {
      dialect,
      withMaintenance: (work) => work(maintenance),
      // No other process has it.
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

/** The part of PGlite that Kysely uses; its errors carry statements and values, ours do not. */
function withoutDriverErrors(pglite: PGlite) {
  const query: PGlite['query'] = (...args) => guarded(pglite.query(...args));
  const transaction: PGlite['transaction'] = async (work) => {
    let began = false;
    try {
      return await pglite.transaction((tx) => {
        began = true;
        return work(
          new Proxy(tx, {
            get: (target, name) =>
              name === 'query'
                ? (...args: Parameters<typeof tx.query>) => guarded(target.query(...args))
                : Reflect.get(target, name, target),
          }),
        );
      });
    } catch (error) {
      if (began) throw error;
      // It was closed before. Kysely waits for a transaction to begin, for ever: so this one does, and its queries fail.
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
