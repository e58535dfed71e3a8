// Reading posts: by id, and by author in pages.
import type { Post } from 'contracts/types';
import { authorName } from '../replica/authors.ts';
import type { Include } from './include.ts';
import { type Kysely, type Selectable, sql } from 'kysely';
import { type PageRequest, type Slice, sliceOf } from '../page.ts';
import type { PostsTable, Schema } from '../schema.ts';

export interface Posts {
  find(id: number, include?: Include): Promise<Post | undefined>;
  /** In the order of `ids`; unknown ones are left out. */
  findMany(ids: readonly number[], include?: Include): Promise<Post[]>;
  /** Newest first. */
  pageOf(authorId: number, question: PageRequest, include?: Include): Promise<Slice<Post>>;
}

export interface PostRow extends Selectable<PostsTable> {
  /** Null when the copy does not hold the author; left out when it was not asked for. */
  readonly author_name?: string | null;
}

export function toPost({ id, content, author_id, created_at, author_name }: PostRow): Post {
  const createdAt = created_at.toISOString();
  if (author_name === undefined) return { id, content, authorId: author_id, createdAt };
  const author = author_name === null ? null : { id: author_id, username: author_name };
  return { id, content, authorId: author_id, author, createdAt };
}

export function postsIn(db: Kysely<Schema>): Posts {
  const plain = db.selectFrom('posts').select(['id', 'author_id', 'content', 'created_at']);
  const reading = (include: Include = 'nothing') =>
    plain.$if(include === 'author', (query) => query.select(authorName.as('author_name')));
  return {
    async find(id, include) {
      const row = await reading(include).where('id', '=', id).executeTakeFirst();
      return row && toPost(row);
    },

    async findMany(ids, include) {
      // One parameter, whatever the number of ids: one prepared plan.
      const wanted = sql<number>`any(${[...ids]}::bigint[])`;
      const rows = await reading(include).where('id', '=', wanted).execute();
      const byId = new Map(rows.map((row) => [row.id, toPost(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async pageOf(authorId, { limit, after }, include) {
      const rows = await reading(include)
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
