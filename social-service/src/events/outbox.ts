// The outbox: a transaction that changes posts or friendships also appends their events to the log, as its last statement.
import { createOutbox, type Outbox as LogOutbox } from 'chassis/event-log/outbox';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** What happened to a post. */
export interface PostChange {
  readonly type: 'PostCreated' | 'PostChanged' | 'PostDeleted';
  readonly id: number;
  readonly authorId: number;
}
/** What happened to a friendship. `userId` is the user who acted. */
export type FriendshipChange = { readonly userId: number; readonly otherId: number } & (
  | { readonly type: 'FriendshipRequested' | 'FriendshipAccepted' }
  | { readonly type: 'FriendshipEnded'; readonly wasFriends: boolean }
);
export type Change = PostChange | FriendshipChange;

export type Outbox = LogOutbox<Schema, Change>;
/** Adds a change to the events of a transaction. */
export type RecordChange = (change: Change) => void;

/** @param notify receives the newest offset once its event is committed */
export const outboxIn = (
  db: Kysely<Schema>,
  notify: (offset: number) => void = () => undefined,
): Outbox => createOutbox(db, appendEvents, notify);

/** Appends events in order, as the last statement of a transaction; see `Append`. */
async function appendEvents(
  tx: Kysely<Schema>,
  changes: readonly Change[],
  traceparent?: string,
): Promise<number | undefined> {
  if (changes.length === 0) return undefined;
  const rows = await tx
    .insertInto('social_events')
    .values(
      changes.map((change) => ({
        type: change.type,
        user_id: 'authorId' in change ? change.authorId : change.userId,
        post_id: 'authorId' in change ? change.id : null,
        other_id: 'otherId' in change ? change.otherId : null,
        was_friends: change.type === 'FriendshipEnded' ? change.wasFriends : null,
        traceparent: traceparent ?? null,
      })),
    )
    .returning('position')
    .execute();
  return rows.at(-1)!.position;
}
