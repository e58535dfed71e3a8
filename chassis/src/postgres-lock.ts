// A lock on a server that one process at a time holds. It is bound to a connection: the server lets it go when that ends,
// however the process does.
import { type Kysely, sql } from 'kysely';
import { realTime, type Time } from './time.ts';
import { within } from './within.ts';

/** So often it is tried again while somebody else holds it, and looked at once it is ours. */
const AGAIN_MS = 500;
const ANSWER_MS = 2_000;

/**
 * Waits until nobody else holds the lock, and runs `work` while we do. To try, and not to wait in the server, leaves that
 * nothing that runs for as long: it would keep all dead rows of the database from being cleared up.
 * @param db of one connection, which nobody else uses
 * @param signal ends the waiting, and is the holder's to watch as well
 * @param work its signal aborts when the lock may be lost; somebody else may hold it by then
 * @returns undefined when the signal aborted before it was ours
 * @throws what `work` throws; a DatabaseError when the server cannot be asked
 */
export async function whileLocked<T>(
  db: Kysely<unknown>,
  key: number,
  signal: AbortSignal,
  work: (lost: AbortSignal) => Promise<T>,
  { pause }: Pick<Time, 'pause'> = realTime,
): Promise<T | undefined> {
  return db.connection().execute(async (connection) => {
    for (;;) {
      const { rows } = await sql<{ ours: boolean }>`
        select pg_try_advisory_lock(${key}) as ours`.execute(connection);
      if (rows[0]!.ours) break;
      await pause(AGAIN_MS, signal);
      if (signal.aborted) return undefined;
    }
    const losing = new AbortController();
    const over = new AbortController();
    const watch = async (): Promise<void> => {
      while (!over.signal.aborted) {
        await within(sql`select 1`.execute(connection), ANSWER_MS, silence);
        await pause(AGAIN_MS, over.signal);
      }
    };
    const watching = watch().catch((error: unknown) => losing.abort(error));
    try {
      return await work(losing.signal);
    } finally {
      over.abort();
      await watching;
    }
  });
}

const silence = (): Error => new Error('the server does not answer');
