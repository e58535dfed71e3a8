// The posts: by id, and by author in pages.
import type { Post } from 'contracts/types';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { PostsTable, Schema } from './schema.ts';

export interface PageQuestion {
  readonly authorId: number;
  readonly limit: number;
  /** Only posts with smaller ids; the newest when left out. */
  readonly before: number | undefined;
}

export interface Posts {
  find(id: number): Promise<Post | undefined>;
  /** In the order of `ids`; unknown ones are left out. */
  findMany(ids: readonly number[]): Promise<Post[]>;
  /** Newest first; `more` when there are older ones. */
  pageOf(question: PageQuestion): Promise<{ readonly items: Post[]; readonly more: boolean }>;
}

const toPost = (row: Selectable<PostsTable>): Post => ({
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

    async pageOf({ authorId, limit, before }) {
      const rows = await posts
        .where('author_id', '=', authorId)
        .$if(before !== undefined, (query) => query.where('id', '<', before!))
        .orderBy('id', 'desc')
        // One more than wanted tells whether there is another page.
        .limit(limit + 1)
        .execute();
      return { items: rows.slice(0, limit).map(toPost), more: rows.length > limit };
    },
  };
}
