// Reading posts: by id, and by author in pages.
import type { Post } from 'contracts/types';
import { type Kysely, type Selectable, sql } from 'kysely';
import { type PageQuestion, type Slice, sliceOf } from './page.ts';
import type { PostsTable, Schema } from './schema.ts';

export interface Posts {
  find(id: number): Promise<Post | undefined>;
  /** In the order of `ids`; unknown ones are left out. */
  findMany(ids: readonly number[]): Promise<Post[]>;
  /** Newest first. */
  pageOf(authorId: number, question: PageQuestion): Promise<Slice<Post>>;
}

export const toPost = (row: Selectable<PostsTable>): Post => ({
  id: row.id,
  content: row.content,
  authorId: row.author_id,
  createdAt: row.created_at.toISOString(),
});

export function postsIn(db: Kysely<Schema>): Posts {
  const posts = db.selectFrom('posts').select(['id', 'author_id', 'content', 'created_at']);
  return {
    async find(id) {
      const row = await posts.where('id', '=', id).executeTakeFirst();
      return row && toPost(row);
    },

    async findMany(ids) {
      // One parameter, whatever the number of ids: one prepared plan.
      const wanted = sql<number>`any(${[...ids]}::bigint[])`;
      const rows = await posts.where('id', '=', wanted).execute();
      const byId = new Map(rows.map((row) => [row.id, toPost(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async pageOf(authorId, { limit, after }) {
      const rows = await posts
        .where('author_id', '=', authorId)
        .$if(after !== undefined, (query) => query.where('id', '<', after!))
        .orderBy('id', 'desc')
        // One more than wanted tells whether there is another page.
        .limit(limit + 1)
        .execute();
      return sliceOf(rows.map(toPost), limit);
    },
  };
}
