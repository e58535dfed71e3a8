// The outbox: a transaction that changes users also appends their events to the log, as its last statement.
import { createOutbox, type Outbox as LogOutbox } from 'chassis/event-log/outbox';
import { complete } from 'contracts/complete';
import type { User } from 'contracts/types';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** What an event says of a user; each field is a column of `users` and of `user_events`. */
export type LoggedFields = Readonly<Omit<User, 'id'>>;
type FieldNames = { readonly [Field in keyof LoggedFields]-?: Field };
export const loggedFields = Object.values(complete<FieldNames>({ username: 'username' }));

/** What happened to a user. */
export type Change =
  | ({ readonly type: 'UserCreated' | 'UserUpdated'; readonly id: number } & LoggedFields)
  | { readonly type: 'UserDeleted'; readonly id: number };

export type Outbox = LogOutbox<Schema, Change>;

/** @param notify receives the newest offset once its event is committed */
export const outboxIn = (db: Kysely<Schema>, notify: (offset: number) => void): Outbox =>
  createOutbox(db, appendEvents, notify);

/** Appends events in order, as the last statement of a transaction; see `Append`. */
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
