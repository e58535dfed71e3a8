// Counts the posts and friends of a user.
import type { Counts } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

export type CountsOf = (userId: number) => Promise<Counts>;

/** Counts accepted friendships only. The counts of an unknown user are 0. */
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
          .where((eb) => eb.or([eb('low_id', '=', userId), eb('high_id', '=', userId)]))
          .$asScalar()
          .$notNull()
          .as('friendCount'),
      ])
      .executeTakeFirstOrThrow();
