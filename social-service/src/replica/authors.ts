// Reads the names of authors from the replica of Identity's users.
import type { User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Returns users in the order of `ids`, without those that the replica does not have. */
export type AuthorsOf = (ids: readonly number[]) => Promise<User[]>;

/** A subquery for the generation that is read. */
export const servedGeneration = (db: Kysely<Schema>) =>
  db.selectFrom('log_position').select('serving').where('name', '=', 'users');

export const authorsIn =
  (db: Kysely<Schema>): AuthorsOf =>
  async (ids) => {
    const rows = await db
      .selectFrom('authors')
      .select(['id', 'username'])
      .where('generation', '=', servedGeneration(db))
      // One array parameter for any number of ids, so that the statement has one prepared plan.
      .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  };

/** A condition: whether the replica has the user. */
export const isInReplica = (userId: number) => sql<boolean>`exists (
  select from authors
  where generation = (select serving from log_position where name = 'users')
    and authors.id = ${userId})`;

/**
 * A column for statements that read posts: the username of the author, null if the replica does not have the author. It costs
 * an index lookup for each post, and no separate statement.
 */
export const authorName = sql<string | null>`(
  select username from authors
  where generation = (select serving from log_position where name = 'users')
    and authors.id = posts.author_id
)`;
