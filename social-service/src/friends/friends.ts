// Friendships: one user sends a request, the other accepts it. Two users share one row, whoever sent the request. Each
// change is one statement, so the database serializes concurrent changes by both users.
import type { OwnFriendship } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import { type PageRequest, type Slice, sliceOf } from '../page.ts';
import { isShown } from '../replica/deletion/departed.ts';
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
  put(userId: number, otherId: number): Promise<FriendshipState>;
  /** Ends the friendship, or rejects or withdraws the friend request, whichever exists. */
  remove(userId: number, otherId: number): Promise<void>;
  /** Friends in ascending order of their ids. */
  pageOf(userId: number, page: PageRequest): Promise<Slice<UserSince>>;
  /** Users with an open friend request, in ascending order of their ids. */
  requestsOf(userId: number, direction: Direction, page: PageRequest): Promise<Slice<UserSince>>;
}

/** Returns the key of the row of two users. */
const pairOf = (a: number, b: number) => ({
  low_id: Math.min(a, b),
  high_id: Math.max(a, b),
});

export function friendsIn(db: Kysely<Schema>): Friends {
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

    async put(userId, otherId) {
      const { accepted_at } = await db
        .insertInto('friendships')
        .values({ ...pairOf(userId, otherId), requested_by: userId })
        .onConflict((conflict) =>
          conflict.columns(['low_id', 'high_id']).doUpdateSet({
            // now() is the start of this transaction, and the other user's request may be a moment later.
            accepted_at: sql<Date | null>`case
              when friendships.accepted_at is null and friendships.requested_by <> ${userId}
              then greatest(now(), friendships.requested_at)
              else friendships.accepted_at end`,
          }),
        )
        .returning('accepted_at')
        .executeTakeFirstOrThrow();
      return accepted_at === null ? 'requested' : 'friends';
    },

    async remove(userId, otherId) {
      const { low_id, high_id } = pairOf(userId, otherId);
      await db
        .deleteFrom('friendships')
        .where('low_id', '=', low_id)
        .where('high_id', '=', high_id)
        .execute();
    },

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
