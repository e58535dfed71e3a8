// The epochs of a service's own event log: read them, and begin a new one when the database has another history.
// The migration that makes the log also makes the table log_epochs and the functions that are called here.
import type { Epochs } from '../events/epoch.ts';
import { DatabaseError, notReady } from '../postgres/errors.ts';
import { type Kysely, sql } from 'kysely';

/** The most epochs that an event names. */
const NAMED_MAX = 16;

interface EpochRow {
  readonly number: number;
  readonly id: string;
  readonly began_after: number;
  /** Null while the database is in recovery. */
  readonly is_current: boolean | null;
}

/** SQLSTATE of the triggers that the migration makes: the log needs a new epoch before it can be written to. */
const NEEDS_EPOCH = '55L01';

export interface EpochState {
  /** Whether the newest epoch is the epoch of the database's history. */
  readonly isCurrent: boolean;
  /** The newest 16 epochs. */
  readonly epochs: Epochs;
  /** The number of the newest epoch, counted from 1. */
  readonly number: number;
}

/**
 * Reads the epochs.
 * @throws Problem 503 while the database is in recovery: a standby may be behind, and may be promoted without its last events
 */
export async function readEpochs<Schema>(db: Kysely<Schema>): Promise<EpochState> {
  const { rows } = await sql<EpochRow>`
    with state as materialized (
      select case when pg_is_in_recovery() then null else log_epoch_is_current() end as is_current
    )
    select number, id, began_after, is_current from state cross join (
      select number, id, began_after from log_epochs order by number desc limit ${NAMED_MAX}
    ) as newest order by number`.execute(db);
  const isCurrent = rows[0]?.is_current ?? null;
  if (isCurrent === null)
    throw notReady('The database of the log is in recovery', 'database: in recovery');
  const epochs = rows.map(({ id, began_after: beganAfter }) => ({ id, beganAfter }));
  return { isCurrent, epochs, number: rows.at(-1)!.number };
}

/**
 * Reads the log together with its epochs, in one transaction: on one connection, and so from one history. When the database
 * has another history, a new epoch begins before.
 * @param read reads the log; the epochs are read after it, so that they include those of all its events
 */
export async function withEpochs<Schema, T>(
  db: Kysely<Schema>,
  read: (tx: Kysely<Schema>) => Promise<(epochs: Epochs, number: number) => T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const [finish, { isCurrent, epochs, number }] = await db
      .transaction()
      .execute(async (tx) => [await read(tx), await readEpochs(tx)] as const);
    if (isCurrent) return finish(epochs, number);
    if (attempt > 1) throw notReady('The log has no epoch for the history of its database');
    await beginEpoch(db);
  }
}

/** Begins a new epoch unless the newest one is that of the database's history. */
export const beginEpoch = async <Schema>(db: Kysely<Schema>): Promise<void> =>
  void (await sql`select begin_log_epoch()`.execute(db));

/** Runs `work`; when the log needs a new epoch before, begins it and runs `work` again. `work` changes nothing if it fails. */
export async function withCurrentEpoch<Schema, T>(
  db: Kysely<Schema>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === NEEDS_EPOCH)) throw error;
    await beginEpoch(db);
    return work();
  }
}
