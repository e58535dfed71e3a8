// Reading the copy of Identity's users: who wrote a post.
import type { User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** Users by their ids, in the order of `ids`; whom the copy does not hold is left out. */
export type AuthorsOf = (ids: readonly number[]) => Promise<User[]>;

/** The generation of the copy that is read from. */
export const serving = (db: Kysely<Schema>) =>
  db.selectFrom('log_position').select('serving').where('name', '=', 'users');

export const authorsIn =
  (db: Kysely<Schema>): AuthorsOf =>
  async (ids) => {
    const rows = await db
      .selectFrom('authors')
      .select(['id', 'username'])
      .where('generation', '=', serving(db))
      // One parameter, whatever the number of ids: one prepared plan.
      .where('id', '=', sql<number>`any(${[...ids]}::bigint[])`)
      .execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  };

/**
 * For a statement that reads posts: the username of each one's author, null when the copy does not hold them. A look
 * into an index for each post, and no statement of its own.
 */
export const authorName = sql<string | null>`(
  select username from authors
  where generation = (select serving from log_position where name = 'users')
    and authors.id = posts.author_id
)`;
