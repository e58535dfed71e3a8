// Creates, edits and deletes posts. Only the author may edit or delete a post.
import type { Post } from 'contracts/types';
import type { Kysely } from 'kysely';
import { idempotent } from './idempotency.ts';
import { toPost } from './reading.ts';
import type { Schema } from '../schema.ts';

/** Why a post was not changed: it does not exist, or it belongs to another user. */
export type Refusal = 'not-found' | 'not-owner';

export interface Writing {
  /**
   * Creates a post.
   * @param key the request's Idempotency-Key
   * @throws Problem 409 or 422, as `idempotent` does
   */
  create(authorId: number, content: string, key?: string): Promise<Post>;
  edit(userId: number, id: number, content: string): Promise<Post | Refusal>;
  remove(userId: number, id: number): Promise<'removed' | Refusal>;
}

export function writingIn(db: Kysely<Schema>): Writing {
  // The post is read and changed in one statement, so both see the same state.
  const withFound = (id: number) =>
    db.with('found', (qb) => qb.selectFrom('posts').select('author_id').where('id', '=', id));

  return {
    async create(authorId, content, key) {
      const insert = (connection: Kysely<Schema>) =>
        connection
          .insertInto('posts')
          .values({ author_id: authorId, content })
          .returning(['id', 'created_at'])
          .executeTakeFirstOrThrow();
      const request = { userId: authorId, key: key ?? '', body: content };
      const created = await (key === undefined ? insert(db) : idempotent(db, request, insert));
      return toPost({ author_id: authorId, content, ...created });
    },

    async edit(userId, id, content) {
      const row = await withFound(id)
        .with('updated', (qb) =>
          qb
            .updateTable('posts')
            .set({ content })
            .where('id', '=', id)
            .where('author_id', '=', userId)
            .returning('created_at'),
        )
        .selectFrom('found')
        .leftJoin('updated', (join) => join.onTrue())
        .select(['author_id', 'updated.created_at'])
        .executeTakeFirst();
      const { author_id, created_at = null } = row ?? {};
      if (author_id === undefined || created_at === null) return refusalOf(author_id, userId);
      return toPost({ id, author_id, content, created_at });
    },

    async remove(userId, id) {
      const row = await withFound(id)
        .with('deleted', (qb) =>
          qb
            .deleteFrom('posts')
            .where('id', '=', id)
            .where('author_id', '=', userId)
            .returning('id'),
        )
        .selectFrom('found')
        .leftJoin('deleted', (join) => join.onTrue())
        .select(['author_id', 'deleted.id as deletedId'])
        .executeTakeFirst();
      const { author_id, deletedId = null } = row ?? {};
      return deletedId === null ? refusalOf(author_id, userId) : 'removed';
    },
  };
}

/** If the user is the author, another request deleted the post while this statement waited for it. */
const refusalOf = (authorId: number | undefined, userId: number): Refusal =>
  authorId === undefined || authorId === userId ? 'not-found' : 'not-owner';
