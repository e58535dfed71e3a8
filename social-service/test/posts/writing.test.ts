// Writing posts, and repeating a request with its idempotency key, on both kinds of database.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anyText } from 'chassis/testing/any-text';
import type { Database } from 'chassis/postgres/database';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { deleteOldKeys, idempotent } from '../../src/posts/idempotency.ts';
import { type Posts, postsIn } from '../../src/posts/reading.ts';
import type { Schema } from '../../src/schema.ts';
import { type Writing, writingIn } from '../../src/posts/writing.ts';
import { openTestDatabase } from '../support/database.ts';
import { outboxIn } from '../../src/events/outbox.ts';

const never = () => false;
const isFirst = ({ content }: { content: string }) => content === 'x';

describeOnBoth('writing', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let posts: Posts;
  let writing: Writing;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
    posts = postsIn(database.db);
    writing = writingIn(database.db, outboxIn(database.db));
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  let last = 0;
  const somebody = (): number => (last += 1);
  const countOf = async (authorId: number): Promise<number> =>
    (await posts.pageOf(authorId, { limit: 100, after: undefined })).items.length;
  /** Makes a user's keys older by an interval. */
  const age = (userId: number, by: string) =>
    sql`update idempotency_keys set created_at = created_at - ${by}::interval
      where user_id = ${userId}`.execute(database.db);

  test('stores a post byte for byte', async () => {
    const author = somebody();
    const text = anyText(200, 1);
    const storable = text.filter((it) => it.isWellFormed() && !it.includes('\u0000'));
    await fc.assert(
      fc.asyncProperty(storable, async (content) => {
        const post = await writing.create(author, content);
        expect(post).toMatchObject({ content, authorId: author });
        expect(await posts.find(post.id)).toEqual(post);
        const edited = await writing.edit(author, post.id, `${content} `);
        expect(edited).toEqual({
          ...post,
          content: `${content} `,
          editedAt: expect.any(String),
        });
        expect(await posts.find(post.id)).toEqual(edited);
      }),
      { numRuns: 20 },
    );
  });

  test('lets only the author edit or delete a post', async () => {
    const [author, other] = [somebody(), somebody()];
    const post = await writing.create(author, 'mine');
    expect(await writing.edit(other, post.id, 'yours')).toBe('not-owner');
    expect(await writing.remove(other, post.id)).toBe('not-owner');
    expect(await posts.find(post.id)).toEqual(post);
    expect(await writing.remove(author, post.id)).toBe('removed');
    expect(await posts.find(post.id)).toBeUndefined();
  });

  test('reports a deleted post as not found to everybody', async () => {
    const author = somebody();
    const { id } = await writing.create(author, 'soon gone');
    await writing.remove(author, id);
    for (const who of [author, somebody()]) {
      expect(await writing.edit(who, id, 'x')).toBe('not-found');
      expect(await writing.remove(who, id)).toBe('not-found');
    }
  });

  describe('with a condition', () => {
    test('an edit and a deletion pass the stored post to the condition, and change nothing when it is false', async () => {
      const author = somebody();
      const post = await writing.create(author, 'x');
      const found: unknown[] = [];
      const collect = (current: object) => {
        found.push(current);
        return false;
      };
      expect(await writing.edit(author, post.id, 'y', collect)).toBe('outdated');
      expect(await writing.remove(author, post.id, collect)).toBe('outdated');
      expect(found).toEqual([post, post]);
      expect(await posts.find(post.id)).toEqual(post);
    });

    test('another user’s post is not-owner and a deleted post is not-found, whatever the condition', async () => {
      const [author, other] = [somebody(), somebody()];
      const post = await writing.create(author, 'x');
      expect(await writing.edit(other, post.id, 'y', never)).toBe('not-owner');
      expect(await writing.remove(other, post.id, never)).toBe('not-owner');
      await writing.remove(author, post.id);
      expect(await writing.edit(author, post.id, 'y', never)).toBe('not-found');
      expect(await writing.remove(author, post.id, never)).toBe('not-found');
    });

    test('one of many concurrent edits of the same version succeeds', async () => {
      const author = somebody();
      const post = await writing.create(author, 'x');
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, at) => writing.edit(author, post.id, `edit ${at}`, isFirst)),
      );
      const done = results.filter((result) => typeof result === 'object');
      expect(done).toEqual([await posts.find(post.id)]);
      expect(results.filter((result) => result === 'outdated')).toHaveLength(9);
    });

    test('one of a concurrent edit and deletion of the same version succeeds', async () => {
      const author = somebody();
      const post = await writing.create(author, 'x');
      const [edited, removed] = await Promise.all([
        writing.edit(author, post.id, 'y', isFirst),
        writing.remove(author, post.id, isFirst),
      ]);
      const stored = await posts.find(post.id);
      if (removed !== 'removed') expect([removed, edited]).toEqual(['outdated', stored]);
      else {
        expect(stored).toBeUndefined();
        // An edit that waited in the server for the deletion has seen the post; one that began later has not.
        expect(['outdated', 'not-found']).toContain(edited);
      }
    });
  });

  describe('with an Idempotency-Key', () => {
    test('the same request returns the same post, and creates it once', async () => {
      const author = somebody();
      const first = await writing.create(author, 'x', 'key');
      expect(await writing.create(author, 'x', 'key')).toEqual(first);
      expect(await countOf(author)).toBe(1);
    });

    test('the same request returns the post as it is after an edit, and is gone after a deletion', async () => {
      const author = somebody();
      const first = await writing.create(author, 'x', 'key');
      const edited = await writing.edit(author, first.id, 'y');
      expect(await writing.create(author, 'x', 'key')).toEqual(edited);
      await writing.remove(author, first.id);
      const again = writing.create(author, 'x', 'key');
      await expect(again).rejects.toMatchObject({ slug: 'gone' });
      expect(await countOf(author)).toBe(0);
    });

    test('another body is rejected; other keys and other users create other posts', async () => {
      const [author, other] = [somebody(), somebody()];
      await writing.create(author, 'x', 'key');
      await expect(writing.create(author, 'x ', 'key')).rejects.toMatchObject({
        slug: 'key-reused',
      });
      await writing.create(author, 'x', 'Key');
      const theirs = await writing.create(other, 'y', 'key');
      expect(theirs).toMatchObject({ content: 'y', authorId: other });
      expect([await countOf(author), await countOf(other)]).toEqual([2, 1]);
    });

    test('a key can be used again after its request failed', async () => {
      const author = somebody();
      await expect(writing.create(author, 'x'.repeat(6001), 'key')).rejects.toMatchObject({
        code: '23514',
      });
      expect(await writing.create(author, 'x', 'key')).toMatchObject({ content: 'x' });
    });

    test('a failure after the creation leaves no post', async () => {
      const author = somebody();
      const request = { userId: author, key: 'key', body: 'x' };
      const failing = database.db.transaction().execute((tx) =>
        idempotent(tx, request, async () => {
          await writingIn(tx, outboxIn(tx)).create(author, 'x');
          throw new Error('too bad');
        }),
      );
      await expect(failing).rejects.toThrow('too bad');
      expect(await countOf(author)).toBe(0);
    });

    test('a key is valid for 24 hours, and not longer, whether or not it is deleted then', async () => {
      const author = somebody();
      const first = await writing.create(author, 'x', 'key');
      await age(author, '23 hours 59 minutes');
      await deleteOldKeys(database.db);
      expect((await writing.create(author, 'x', 'key')).id).toBe(first.id);

      await age(author, '2 minutes');
      const second = await writing.create(author, 'another', 'key');
      expect(second.id).not.toBe(first.id);
      expect(await writing.create(author, 'another', 'key')).toEqual(second);

      await age(author, '25 hours');
      await deleteOldKeys(database.db);
      expect((await writing.create(author, 'a third', 'key')).id).not.toBe(second.id);
    });

    test('all old keys are deleted, in batches, and no others', async () => {
      const [old, young] = [somebody(), somebody()];
      for (let key = 1; key <= 7; key += 1) await writing.create(old, 'x', `key ${key}`);
      await age(old, '1 day');
      await writing.create(young, 'x', 'key');
      await deleteOldKeys(database.db, 3);
      const { rows } = await sql<{ user_id: number }>`
        select user_id from idempotency_keys where user_id in (${old}, ${young})`.execute(
        database.db,
      );
      expect(rows).toEqual([{ user_id: young }]);
    });

    test('twenty equal concurrent requests create one post', async () => {
      const author = somebody();
      const all = await Promise.allSettled(
        Array.from({ length: 20 }, () => writing.create(author, 'x', 'key')),
      );
      const ids = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value.id] : []));
      const reasons = all.flatMap((each) =>
        each.status === 'rejected' ? [(each.reason as { slug: string }).slug] : [],
      );
      expect(new Set(ids).size).toBe(1);
      expect(reasons.filter((slug) => slug !== 'key-in-use')).toEqual([]);
      expect(await countOf(author)).toBe(1);
    });
  });
});
