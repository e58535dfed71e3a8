// How many posts and friends a user has.
import type { Counts } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export type CountsOf = (userId: number) => Promise<Counts>;

/** Friendships count once they are accepted. A user who is not known has none of both. */
export const countsIn =
  (db: Kysely<Schema>): CountsOf =>
  (userId) =>
    db
      .selectNoFrom((from) => [
        from
          .selectFrom('posts')
          .select(sql<number>`count(*)`.as('n'))
          .where('author_id', '=', userId)
          .$asScalar()
          .$notNull()
          .as('postCount'),
        from
          .selectFrom('friendships')
          .select(sql<number>`count(*)`.as('n'))
          .where('accepted_at', 'is not', null)
          .where((is) => is.or([is('low_id', '=', userId), is('high_id', '=', userId)]))
          .$asScalar()
          .$notNull()
          .as('friendCount'),
      ])
      .executeTakeFirstOrThrow();
