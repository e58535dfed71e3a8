// A lock on a server that one process at a time holds. It is bound to a connection: the server lets it go when that ends,
// however the process does.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { realTime, type Time } from '../base/time.ts';
import { raceAbort, withTimeout } from '../base/timeout.ts';

/** So often it is tried again while somebody else holds it, and looked at once it is ours. */
const AGAIN_MS = 500;
const ANSWER_MS = 2_000;
/** The server ends a connection that says nothing for longer: a holder that is frozen, or whose host is gone. */
const SILENT_MS = 5_000;

/**
 * Waits until nobody else holds the lock, and runs `work` while we do. To try, and not to wait in the server, leaves that
 * nothing that runs for as long: it would keep all dead rows of the database from being cleared up.
 * @param db of one connection, which nobody else uses, and which ends afterwards: the server does not keep it when idle
 * @param signal ends the waiting, and is the holder's to watch as well
 * @param work its signal aborts when the lock may be lost; somebody else may hold it by then
 * @returns undefined when the signal aborted before it was ours
 * @throws what `work` throws; a DatabaseError when the server cannot be asked, an Error when it does not answer for 2 s
 */
export async function withAdvisoryLock<T>(
  db: Kysely<unknown>,
  key: number,
  signal: AbortSignal,
  work: (lost: AbortSignal) => Promise<T>,
  { pause }: Pick<Time, 'pause'> = realTime,
): Promise<T | undefined> {
  return db.connection().execute(async (connection) => {
    const ask = <Row>(question: RawBuilder<Row>) =>
      withTimeout(question.execute(connection), ANSWER_MS, silence);
    const untilOurs = async (): Promise<void> => {
      // Before the lock: should the answer be lost that it is ours, it would be held for ever.
      await ask(sql`set idle_session_timeout = ${sql.lit(SILENT_MS)}`);
      for (;;) {
        const { rows } = await ask(sql<{ ours: boolean }>`
          select pg_try_advisory_lock(${key}) as ours`);
        if (rows[0]!.ours) return;
        await pause(AGAIN_MS, signal);
        signal.throwIfAborted();
      }
    };
    try {
      await raceAbort(untilOurs(), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
    const losing = new AbortController();
    const over = new AbortController();
    const watch = async (): Promise<void> => {
      while (!over.signal.aborted) {
        await ask(sql`select 1`);
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
