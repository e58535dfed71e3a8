// Writing the log: in the transaction that changes the users, as the last thing that it does.
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** What happened to a user. */
export type Change =
  | {
      readonly type: 'UserCreated' | 'UserUpdated';
      readonly id: number;
      readonly username: string;
    }
  | { readonly type: 'UserDeleted'; readonly id: number };

export interface Outbox {
  /**
   * Runs `work` in a transaction. The changes that it tells of are in the log if and only if the transaction commits.
   * @param traceparent of the request that asked for them
   */
  transaction<T>(
    traceparent: string | undefined,
    work: (tx: Transaction<Schema>, tell: (change: Change) => void) => Promise<T>,
  ): Promise<T>;
}

/** @param announce is told the newest position once its event can be read */
export const outboxIn = (db: Kysely<Schema>, announce: (position: number) => void): Outbox => ({
  async transaction(traceparent, work) {
    const [result, position] = await db.transaction().execute(async (tx) => {
      const changes: Change[] = [];
      const done = await work(tx, (change) => changes.push(change));
      return [done, await appendEvents(tx, changes, traceparent)] as const;
    });
    if (position !== undefined) announce(position);
    return result;
  },
});

/**
 * Writes events, in their order. Everybody who wants to do that too waits until this transaction is over: nothing may
 * come after it in the transaction, and above all no lock.
 * @returns the position of the last one; undefined when there is none
 */
export async function appendEvents(
  tx: Kysely<Schema>,
  changes: readonly Change[],
  traceparent?: string,
): Promise<number | undefined> {
  if (changes.length === 0) return undefined;
  const rows = await tx
    .insertInto('user_events')
    .values(
      changes.map((change) => ({
        type: change.type,
        user_id: change.id,
        username: change.type === 'UserDeleted' ? null : change.username,
        traceparent: traceparent ?? null,
      })),
    )
    .returning('position')
    .execute();
  return rows.at(-1)!.position;
}
