// Writing posts: only their author edits or deletes them.
import type { Post } from 'contracts/types';
import type { Kysely } from 'kysely';
import { idempotent } from './idempotency.ts';
import { toPost } from './reading.ts';
import type { Schema } from '../schema.ts';

/** Why nothing was done: there is no such post, or it is another user's. */
export type Refusal = 'absent' | 'foreign';

export interface Writing {
  /** @param key the request's Idempotency-Key @throws Problem 409 and 422, as `once` does */
  create(authorId: number, content: string, key?: string): Promise<Post>;
  edit(userId: number, id: number, content: string): Promise<Post | Refusal>;
  remove(userId: number, id: number): Promise<'removed' | Refusal>;
}

export function writingIn(db: Kysely<Schema>): Writing {
  // Found and changed in one statement, so that both are about the same moment.
  const finding = (id: number) =>
    db.with('found', (on) => on.selectFrom('posts').select('author_id').where('id', '=', id));

  return {
    async create(authorId, content, key) {
      const insert = (on: Kysely<Schema>) =>
        on
          .insertInto('posts')
          .values({ author_id: authorId, content })
          .returning(['id', 'created_at'])
          .executeTakeFirstOrThrow();
      const request = { userId: authorId, key: key ?? '', body: content };
      const made = await (key === undefined ? insert(db) : idempotent(db, request, insert));
      return toPost({ author_id: authorId, content, ...made });
    },

    async edit(userId, id, content) {
      const row = await finding(id)
        .with('done', (on) =>
          on
            .updateTable('posts')
            .set({ content })
            .where('id', '=', id)
            .where('author_id', '=', userId)
            .returning('created_at'),
        )
        .selectFrom('found')
        .leftJoin('done', (join) => join.onTrue())
        .select(['author_id', 'done.created_at'])
        .executeTakeFirst();
      const { author_id, created_at = null } = row ?? {};
      if (author_id === undefined || created_at === null) return refusal(author_id, userId);
      return toPost({ id, author_id, content, created_at });
    },

    async remove(userId, id) {
      const row = await finding(id)
        .with('done', (on) =>
          on
            .deleteFrom('posts')
            .where('id', '=', id)
            .where('author_id', '=', userId)
            .returning('id'),
        )
        .selectFrom('found')
        .leftJoin('done', (join) => join.onTrue())
        .select(['author_id', 'done.id as done'])
        .executeTakeFirst();
      const { author_id, done = null } = row ?? {};
      return done === null ? refusal(author_id, userId) : 'removed';
    },
  };
}

/** A post of one's own that could not be changed is one that somebody deleted while the statement waited for it. */
const refusal = (authorId: number | undefined, userId: number): Refusal =>
  authorId === undefined || authorId === userId ? 'absent' : 'foreign';
