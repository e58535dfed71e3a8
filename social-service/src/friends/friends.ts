// Friendships: one asks, the other accepts. One row for two people, whoever asked; each change is one statement, so
// that two people who act at once meet in the database.
import { type Kysely, sql } from 'kysely';
import { type PageRequest, type Slice, sliceOf } from '../page.ts';
import type { Schema } from '../schema.ts';

export type FriendshipState = 'requested' | 'friends';
/** From the asker's side, or from the side of who was asked. */
export type Direction = 'incoming' | 'outgoing';

/** The other one, and since when. */
export interface Since {
  readonly id: number;
  readonly since: Date;
}

export interface Friends {
  /** Asks, or accepts when the other one has asked. Again, it changes nothing. */
  put(userId: number, otherId: number): Promise<FriendshipState>;
  /** Ends a friendship, refuses a request, takes one's own back; whichever there is. */
  remove(userId: number, otherId: number): Promise<void>;
  /** Friends by their ids, the smallest first. */
  pageOf(userId: number, question: PageRequest): Promise<Slice<Since>>;
  /** The same for what was only asked. */
  requestsOf(userId: number, direction: Direction, question: PageRequest): Promise<Slice<Since>>;
}

/** The key of two people's row. */
const pairOf = (one: number, other: number) => ({
  low_id: Math.min(one, other),
  high_id: Math.max(one, other),
});

export function friendsIn(db: Kysely<Schema>): Friends {
  /** A page of a user's rows that are so; `time` is the column to tell. Each side has an index in this order. */
  const page = async (
    userId: number,
    { limit, after = 0 }: PageRequest,
    time: 'accepted_at' | 'requested_at',
    only: ReturnType<typeof sql<boolean>>,
  ): Promise<Slice<Since>> => {
    const { rows } = await sql<Since>`
      select id, since from (
        (select high_id as id, ${sql.ref(time)} as since from friendships
          where low_id = ${userId} and high_id > ${after} and ${only}
          order by high_id limit ${limit + 1})
        union all
        (select low_id, ${sql.ref(time)} from friendships
          where high_id = ${userId} and low_id > ${after} and ${only}
          order by low_id limit ${limit + 1})
      ) as sides
      order by id limit ${limit + 1}`.execute(db);
    return sliceOf(rows, limit);
  };

  return {
    async put(userId, otherId) {
      const { accepted_at } = await db
        .insertInto('friendships')
        .values({ ...pairOf(userId, otherId), requested_by: userId })
        .onConflict((on) =>
          on.columns(['low_id', 'high_id']).doUpdateSet({
            // now() is when this transaction began: the other one may have asked a moment later.
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

    pageOf: (userId, question) =>
      page(userId, question, 'accepted_at', sql`accepted_at is not null`),

    requestsOf: (userId, direction, question) =>
      page(
        userId,
        question,
        'requested_at',
        direction === 'outgoing'
          ? sql`accepted_at is null and requested_by = ${userId}`
          : sql`accepted_at is null and requested_by <> ${userId}`,
      ),
  };
}
