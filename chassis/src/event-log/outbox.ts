// The outbox: a transaction that changes data also appends the events of the changes to the log, as its last statement.
import type { Kysely, Transaction } from 'kysely';
import { withCurrentEpoch } from './epochs.ts';

export interface Outbox<Schema, Change> {
  /**
   * Runs `work` in a transaction, a second time if a new epoch had to begin before. The recorded changes are in the log if and only if the transaction commits.
   * @param traceparent of the request that makes the changes
   */
  transaction<T>(
    traceparent: string | undefined,
    work: (tx: Transaction<Schema>, record: (change: Change) => void) => Promise<T>,
  ): Promise<T>;
}

/**
 * Appends events in order. Other transactions that append wait until this transaction ends. So this must be its last
 * statement; above all, it must take no lock afterwards.
 * @returns the offset of the last event; undefined if there are no changes
 */
export type Append<Schema, Change> = (
  tx: Kysely<Schema>,
  changes: readonly Change[],
  traceparent?: string,
) => Promise<number | undefined>;

/** @param notify receives the newest offset once its event is committed */
export const createOutbox = <Schema, Change>(
  db: Kysely<Schema>,
  append: Append<Schema, Change>,
  notify: (offset: number) => void,
): Outbox<Schema, Change> => ({
  async transaction(traceparent, work) {
    const [result, offset] = await withCurrentEpoch(db, () =>
      inTransaction(db, async (tx) => {
        const changes: Change[] = [];
        const value = await work(tx, (change) => changes.push(change));
        return [value, await append(tx, changes, traceparent)] as const;
      }),
    );
    if (offset !== undefined) notify(offset);
    return result;
  },
});

/** @param db runs `work` itself if it is a transaction */
const inTransaction = <Schema, T>(
  db: Kysely<Schema>,
  work: (tx: Transaction<Schema>) => Promise<T>,
): Promise<T> =>
  db.isTransaction ? work(db as Transaction<Schema>) : db.transaction().execute(work);
