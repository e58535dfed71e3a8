// The outbox: a transaction that changes users also appends their events to the log, as its last statement.
import { complete } from 'contracts/complete';
import type { User } from 'contracts/types';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { withCurrentEpoch } from './epochs.ts';

/** What an event says of a user; each field is a column of `users` and of `user_events`. */
export type LoggedFields = Readonly<Omit<User, 'id'>>;
type FieldNames = { readonly [Field in keyof LoggedFields]-?: Field };
export const loggedFields = Object.values(complete<FieldNames>({ username: 'username' }));

/** What happened to a user. */
export type Change =
  | ({ readonly type: 'UserCreated' | 'UserUpdated'; readonly id: number } & LoggedFields)
  | { readonly type: 'UserDeleted'; readonly id: number };

export interface Outbox {
  /**
   * Runs `work` in a transaction, a second time if a new epoch had to begin before. The recorded changes are in the log if and only if the transaction commits.
   * @param traceparent of the request that makes the changes
   */
  transaction<T>(
    traceparent: string | undefined,
    work: (tx: Transaction<Schema>, record: (change: Change) => void) => Promise<T>,
  ): Promise<T>;
}

/** @param notify receives the newest offset once its event is committed */
export const outboxIn = (db: Kysely<Schema>, notify: (offset: number) => void): Outbox => ({
  async transaction(traceparent, work) {
    const [result, offset] = await withCurrentEpoch(db, () =>
      db.transaction().execute(async (tx) => {
        const changes: Change[] = [];
        const value = await work(tx, (change) => changes.push(change));
        return [value, await appendEvents(tx, changes, traceparent)] as const;
      }),
    );
    if (offset !== undefined) notify(offset);
    return result;
  },
});

/**
 * Appends events in order. Other transactions that append wait until this transaction ends. So this must be its last
 * statement; above all, it must take no lock afterwards.
 * @returns the offset of the last event; undefined if there are no changes
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
        ...complete<{ [Field in keyof LoggedFields]-?: LoggedFields[Field] | null }>({
          username: change.type === 'UserDeleted' ? null : change.username,
        }),
        traceparent: traceparent ?? null,
      })),
    )
    .returning('position')
    .execute();
  return rows.at(-1)!.position;
}
