// Friendships: one user sends a request, the other accepts it. Two users share one row, whoever sent the request. Each
// change is one statement, so the database serializes concurrent changes by both users, and each writes its event.
import type { OwnFriendship } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import { type PageRequest, type Slice, sliceOf } from '../page.ts';
import { isShown } from '../replica/deletion/departed.ts';
import { pairOf, sendOrAccept } from './request.ts';
import type { Outbox } from '../events/outbox.ts';
import type { Schema } from '../schema.ts';

export type FriendshipState = 'requested' | 'friends';
/** Requests to the user, or by the user. */
export type Direction = 'incoming' | 'outgoing';

/** The other user, and the time of the friendship or the request. */
export interface UserSince {
  readonly id: number;
  readonly since: Date;
}

export interface Friends {
  /** What the two users are to each other, as `userId` sees it. */
  stateOf(userId: number, otherId: number): Promise<OwnFriendship['state']>;
  /** Sends a friend request, or accepts the request of the other user. Repeating the call changes nothing. */
  put(userId: number, otherId: number, traceparent?: string): Promise<FriendshipState>;
  /** Ends the friendship, or rejects or withdraws the friend request, whichever exists. */
  remove(userId: number, otherId: number, traceparent?: string): Promise<void>;
  /** Friends in ascending order of their ids. */
  pageOf(userId: number, page: PageRequest): Promise<Slice<UserSince>>;
  /** Users with an open friend request, in ascending order of their ids. */
  requestsOf(userId: number, direction: Direction, page: PageRequest): Promise<Slice<UserSince>>;
}

export function friendsIn(db: Kysely<Schema>, outbox: Outbox): Friends {
  /**
   * Selects a page of the user's rows. Each half of the union reads an index in this order.
   * @param timeColumn the column to return as `since`
   * @param condition which rows to select
   */
  const selectPage = async (
    userId: number,
    { limit, after = 0 }: PageRequest,
    timeColumn: 'accepted_at' | 'requested_at',
    condition: ReturnType<typeof sql<boolean>>,
  ): Promise<Slice<UserSince>> => {
    const { rows } = await sql<UserSince>`
      select id, since from (
        (select high_id as id, ${sql.ref(timeColumn)} as since from friendships
          where low_id = ${userId} and high_id > ${after} and ${condition}
            and ${isShown(sql`high_id`)}
          order by high_id limit ${limit + 1})
        union all
        (select low_id, ${sql.ref(timeColumn)} from friendships
          where high_id = ${userId} and low_id > ${after} and ${condition}
            and ${isShown(sql`low_id`)}
          order by low_id limit ${limit + 1})
      ) as sides
      where ${isShown(userId)}
      order by id limit ${limit + 1}`.execute(db);
    return sliceOf(rows, limit);
  };

  return {
    async stateOf(userId, otherId) {
      const { low_id, high_id } = pairOf(userId, otherId);
      const row = await db
        .selectFrom('friendships')
        .select(['accepted_at', 'requested_by'])
        .where('low_id', '=', low_id)
        .where('high_id', '=', high_id)
        .executeTakeFirst();
      if (row === undefined) return 'none';
      if (row.accepted_at !== null) return 'friends';
      return row.requested_by === userId ? 'requested' : 'incoming';
    },

    put: (userId, otherId, traceparent) =>
      outbox.transaction(traceparent, async (tx, record) => {
        for (;;) {
          const state = await sendOrAccept(tx, userId, otherId);
          if (state === 'gone') continue;
          const { accepted, isNew } = state;
          const type = accepted ? 'FriendshipAccepted' : 'FriendshipRequested';
          if (isNew) record({ type, userId, otherId });
          return accepted ? 'friends' : 'requested';
        }
      }),

    remove: (userId, otherId, traceparent) =>
      outbox.transaction(traceparent, async (tx, record) => {
        const { low_id, high_id } = pairOf(userId, otherId);
        const removed = await tx
          .deleteFrom('friendships')
          .where('low_id', '=', low_id)
          .where('high_id', '=', high_id)
          .returning('accepted_at')
          .executeTakeFirst();
        if (removed === undefined) return;
        const wasFriends = removed.accepted_at !== null;
        record({ type: 'FriendshipEnded', userId, otherId, wasFriends });
      }),

    pageOf: (userId, page) => selectPage(userId, page, 'accepted_at', sql`accepted_at is not null`),

    requestsOf: (userId, direction, page) =>
      selectPage(
        userId,
        page,
        'requested_at',
        direction === 'outgoing'
          ? sql`accepted_at is null and requested_by = ${userId}`
          : sql`accepted_at is null and requested_by <> ${userId}`,
      ),
  };
}
