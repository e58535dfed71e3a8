// Creates, edits and deletes posts, each with its event. Only the author may edit or delete a post.
import { Problem } from 'chassis/http/problem';
import type { Post } from 'contracts/types';
import { type Kysely, sql } from 'kysely';
import type { Outbox } from '../events/outbox.ts';
import { idempotent } from './idempotency.ts';
import { postsIn, toPost } from './reading.ts';
import type { Schema } from '../schema.ts';

/** Why a post was not changed: it does not exist, it belongs to another user, or it is not what the user knows. */
export type Refusal = 'not-found' | 'not-owner' | 'outdated';

/** The condition of a write: whether the post is still as the user knows it. */
export type IsCurrent = (post: Post) => boolean;

export interface Writing {
  /**
   * Creates a post. A repetition returns the post as it is now.
   * @param key the request's Idempotency-Key
   * @param traceparent of the request, as in the methods below
   * @throws Problem 409 or 422, as `idempotent` does; 410 for a repetition whose post was deleted
   */
  create(authorId: number, content: string, key?: string, traceparent?: string): Promise<Post>;
  edit(
    userId: number,
    id: number,
    content: string,
    isCurrent?: IsCurrent,
    traceparent?: string,
  ): Promise<Post | Refusal>;
  remove(
    userId: number,
    id: number,
    isCurrent?: IsCurrent,
    traceparent?: string,
  ): Promise<'removed' | Refusal>;
}

export function writingIn(db: Kysely<Schema>, outbox: Outbox): Writing {
  const posts = postsIn(db);
  /** The text that the post must still have; undefined without a condition, and when another reason forbids the write. */
  const expectedText = async (
    userId: number,
    id: number,
    isCurrent: IsCurrent | undefined,
  ): Promise<{ readonly text: string | undefined } | 'outdated'> => {
    if (isCurrent === undefined) return { text: undefined };
    const post = await posts.find(id);
    if (post === undefined || post.authorId !== userId) return { text: undefined };
    return isCurrent(post) ? { text: post.content } : 'outdated';
  };

  return {
    async create(authorId, content, key, traceparent) {
      const created = await outbox.transaction(traceparent, async (tx, record) => {
        const insert = async () => {
          const post = await tx
            .insertInto('posts')
            .values({ author_id: authorId, content })
            .returning(['id', 'created_at'])
            .executeTakeFirstOrThrow();
          record({ type: 'PostCreated', id: post.id, authorId });
          return post;
        };
        if (key === undefined) return insert();
        return idempotent(tx, { userId: authorId, key, body: content }, insert);
      });
      const post =
        'repeats' in created
          ? await posts.find(created.repeats)
          : toPost({ author_id: authorId, content, edited_at: null, ...created });
      if (post === undefined)
        throw new Problem('gone', 'The post of this Idempotency-Key was deleted');
      return post;
    },

    async edit(userId, id, content, isCurrent, traceparent) {
      const expected = await expectedText(userId, id, isCurrent);
      if (expected === 'outdated') return expected;
      const row = await outbox.transaction(traceparent, async (tx, record) => {
        const found = await withFound(tx, id)
          .with('updated', (qb) =>
            qb
              .updateTable('posts')
              .set({ content, edited_at: editTime(content) })
              .where('id', '=', id)
              .where('author_id', '=', userId)
              .$if(expected.text !== undefined, (update) =>
                update.where('content', '=', expected.text!),
              )
              .returning(['created_at', 'edited_at']),
          )
          .selectFrom('found')
          .leftJoin('updated', (join) => join.onTrue())
          .select(['author_id', 'updated.created_at', 'updated.edited_at'])
          .executeTakeFirst();
        if (found?.created_at) record({ type: 'PostChanged', id, authorId: userId });
        return found;
      });
      const { author_id, created_at = null, edited_at = null } = row ?? {};
      if (author_id === undefined || created_at === null)
        return refusalOf(author_id, userId, expected);
      return toPost({ id, author_id, content, created_at, edited_at });
    },

    async remove(userId, id, isCurrent, traceparent) {
      const expected = await expectedText(userId, id, isCurrent);
      if (expected === 'outdated') return expected;
      const row = await outbox.transaction(traceparent, async (tx, record) => {
        const found = await withFound(tx, id)
          .with('deleted', (qb) =>
            qb
              .deleteFrom('posts')
              .where('id', '=', id)
              .where('author_id', '=', userId)
              .$if(expected.text !== undefined, (query) =>
                query.where('content', '=', expected.text!),
              )
              .returning('id'),
          )
          .selectFrom('found')
          .leftJoin('deleted', (join) => join.onTrue())
          .select(['author_id', 'deleted.id as deletedId'])
          .executeTakeFirst();
        if (found?.deletedId) record({ type: 'PostDeleted', id, authorId: userId });
        return found;
      });
      const { author_id, deletedId = null } = row ?? {};
      return deletedId === null ? refusalOf(author_id, userId, expected) : 'removed';
    },
  };
}

/** A repeated request changes nothing, so its answer is the same. */
const editTime = (content: string) =>
  sql<Date | null>`case when content = ${content} then edited_at else now() end`;

/** If the user is the author, another request changed or deleted the post while this statement waited for it. */
function refusalOf(
  authorId: number | undefined,
  userId: number,
  { text }: { readonly text: string | undefined },
): Refusal {
  if (authorId !== undefined && authorId !== userId) return 'not-owner';
  return authorId === userId && text !== undefined ? 'outdated' : 'not-found';
}

/** Finds a post in the statement that changes it, so that both see the same state. */
const withFound = (tx: Kysely<Schema>, id: number) =>
  tx.with('found', (qb) => qb.selectFrom('posts').select('author_id').where('id', '=', id));
