// Reads posts: by id, and pages of an author's posts.
import { complete } from 'contracts/complete';
import type { Post, User } from 'contracts/types';
import { authorName } from '../replica/authors.ts';
import { isShown } from '../replica/deletion/departed.ts';
import type { Include } from './include.ts';
import { type Kysely, type Selectable, sql } from 'kysely';
import { type PageRequest, type Slice, sliceOf } from '../page.ts';
import type { PostsTable, Schema } from '../schema.ts';

export interface Posts {
  find(id: number, include?: Include): Promise<Post | undefined>;
  /** Returns posts in the order of `ids`, without unknown ids. */
  findMany(ids: readonly number[], include?: Include): Promise<Post[]>;
  /** Returns a page of the author's posts, newest first. */
  pageOf(authorId: number, page: PageRequest, include?: Include): Promise<Slice<Post>>;
}

export interface PostRow extends Selectable<PostsTable> {
  /** Null if the replica does not have the author; missing if it was not selected. */
  readonly author_name?: string | null;
}

const AUTHOR = sql.ref<number>('posts.author_id');

export const toPost = ({
  id,
  content,
  author_id,
  created_at,
  edited_at,
  author_name,
}: PostRow): Post =>
  complete<Post>({
    id,
    content,
    authorId: author_id,
    author:
      typeof author_name === 'string'
        ? complete<User>({ id: author_id, username: author_name })
        : author_name,
    createdAt: created_at.toISOString(),
    editedAt: edited_at?.toISOString(),
  });

export function postsIn(db: Kysely<Schema>): Posts {
  const posts = db
    .selectFrom('posts')
    .select(['id', 'author_id', 'content', 'created_at', 'edited_at']);
  const selectPosts = (include: Include = 'nothing') =>
    posts.$if(include === 'author', (query) => query.select(authorName.as('author_name')));
  return {
    async find(id, include) {
      const row = await selectPosts(include)
        .where('id', '=', id)
        .where(isShown(AUTHOR))
        .executeTakeFirst();
      return row && toPost(row);
    },

    async findMany(ids, include) {
      // One array parameter for any number of ids, so that the statement has one prepared plan.
      const wanted = sql<number>`any(${[...ids]}::bigint[])`;
      const rows = await selectPosts(include)
        .where('id', '=', wanted)
        .where(isShown(AUTHOR))
        .execute();
      const byId = new Map(rows.map((row) => [row.id, toPost(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async pageOf(authorId, { limit, after }, include) {
      const rows = await selectPosts(include)
        .where('author_id', '=', authorId)
        .where(isShown(authorId))
        .$if(after !== undefined, (query) => query.where('id', '<', after!))
        .orderBy('id', 'desc')
        // The additional row shows whether there is another page.
        .limit(limit + 1)
        .execute();
      return sliceOf(rows.map(toPost), limit);
    },
  };
}
