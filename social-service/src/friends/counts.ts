// Counts the posts, friends and friend requests of a user.
import type { Counts, OwnCounts } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import { isShown } from '../replica/deletion/departed.ts';
import type { Schema } from '../schema.ts';

/** The counts of an unknown user, and of a deleted one, are 0. */
export interface CountsOf {
  /** Counts accepted friendships only. */
  public(userId: number): Promise<Counts>;
  /** Also counts the friend requests to the user, which nobody else may know. */
  own(userId: number): Promise<OwnCounts>;
}

const posts = (userId: number) =>
  sql<number>`(select count(*) from posts
    where author_id = ${userId} and ${isShown(userId)})`.as('postCount');

// Either side of the pair has an index.
const friendships = (userId: number, condition: ReturnType<typeof sql<boolean>>) =>
  sql<number>`(select count(*) from friendships
    where (low_id = ${userId} or high_id = ${userId}) and ${condition} and ${isShown(userId)}
    and ${isShown(sql`case when low_id = ${userId} then high_id else low_id end`)})`;

const friends = (userId: number) =>
  friendships(userId, sql`accepted_at is not null`).as('friendCount');

const requests = (userId: number) =>
  friendships(userId, sql`accepted_at is null and requested_by <> ${userId}`).as('requestCount');

export const countsIn = (db: Kysely<Schema>): CountsOf => ({
  public: (userId) => db.selectNoFrom([posts(userId), friends(userId)]).executeTakeFirstOrThrow(),
  own: (userId) =>
    db.selectNoFrom([posts(userId), friends(userId), requests(userId)]).executeTakeFirstOrThrow(),
});
