// Reading the copy of Identity's users: who wrote a post.
import type { Post, User } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

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

/** The same posts, each with its author, or null when the copy does not hold them: one more statement for all. */
export async function withAuthors(posts: readonly Post[], authorsOf: AuthorsOf): Promise<Post[]> {
  if (posts.length === 0) return [];
  const users = await authorsOf([...new Set(posts.map(({ authorId }) => authorId))]);
  const byId = new Map(users.map((user) => [user.id, user]));
  return posts.map(({ id, content, authorId, createdAt }) => {
    const author = byId.get(authorId) ?? null;
    return { id, content, authorId, author, createdAt };
  });
}
