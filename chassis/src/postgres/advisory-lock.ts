// An advisory lock of a PostgreSQL server, which one process at a time holds. The server releases it when the connection
// ends, even when the process crashes.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { realTime, type Time } from '../base/time.ts';
import { raceAbort, withTimeout } from '../base/timeout.ts';

/** Interval of attempts while another process holds the lock, and of checks that the connection works. */
const POLL_MS = 500;
const ANSWER_TIMEOUT_MS = 2_000;
/** The server ends a connection that is idle for longer: its process is frozen, or its host is gone. */
const IDLE_MS = 5_000;

/**
 * Waits until the lock is free, and holds it while `work` runs. Polls, because a statement that waits in the server for
 * a long time would keep dead rows of the whole database from being vacuumed.
 * @param db has one connection, used for nothing else and closed afterwards: the server ends it when it is idle
 * @param signal ends the wait; `work` has to watch the signal itself
 * @param work its signal aborts when the lock may be lost; another process may hold it by then
 * @returns the result of `work`; undefined when the signal aborted before the lock was acquired
 * @throws errors of `work`; DatabaseError when a query fails; Error when the server does not answer within 2 s
 */
export async function withAdvisoryLock<T>(
  db: Kysely<unknown>,
  key: number,
  signal: AbortSignal,
  work: (lost: AbortSignal) => Promise<T>,
  { pause }: Pick<Time, 'pause'> = realTime,
): Promise<T | undefined> {
  return db.connection().execute(async (connection) => {
    const query = <Row>(statement: RawBuilder<Row>) =>
      withTimeout(statement.execute(connection), ANSWER_TIMEOUT_MS, noAnswer);
    const acquire = async (): Promise<void> => {
      // Set first: if the answer that the lock is ours got lost, the server would hold the lock for ever.
      await query(sql`set idle_session_timeout = ${sql.lit(IDLE_MS)}`);
      for (;;) {
        const { rows } = await query(sql<{ acquired: boolean }>`
          select pg_try_advisory_lock(${key}) as acquired`);
        if (rows[0]!.acquired) return;
        await pause(POLL_MS, signal);
        signal.throwIfAborted();
      }
    };
    try {
      await raceAbort(acquire(), signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
    const lost = new AbortController();
    const finished = new AbortController();
    const watchConnection = async (): Promise<void> => {
      while (!finished.signal.aborted) {
        await query(sql`select 1`);
        await pause(POLL_MS, finished.signal);
      }
    };
    const watching = watchConnection().catch((error: unknown) => lost.abort(error));
    try {
      return await work(lost.signal);
    } finally {
      finished.abort();
      await watching;
    }
  });
}

const noAnswer = (): Error => new Error('the server does not answer');
