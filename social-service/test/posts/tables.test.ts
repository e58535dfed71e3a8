// The tables of posts and friendships, on both kinds of database.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import * as fc from 'fast-check';
import { describeOnBoth, describeOnServer, serverDatabase } from 'chassis/testing/database';
import type { TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { countsIn } from '../../src/friends/counts.ts';
import { seed } from '../../src/demo.ts';
import { migrations } from '../../src/migrations/index.ts';
import { postsIn } from '../../src/posts/reading.ts';
import type { Schema } from '../../src/schema.ts';
import { openTestDatabase, type DatabaseOptions } from '../support/database.ts';

describeOnBoth('posts and friendships', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase, { demo: true });
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const write = async (authorId: number, count: number): Promise<number[]> => {
    if (count === 0) return [];
    const rows = Array.from({ length: count }, () => ({ author_id: authorId, content: 'x' }));
    const ids = await database.db.insertInto('posts').values(rows).returning('id').execute();
    return ids.map(({ id }) => id);
  };

  test('the ids of new posts continue after the demo posts', async () => {
    expect(await write(900, 1)).toEqual([13]);
  });

  test('a post is stored with its exact text, and its time in milliseconds', async () => {
    const content = '😀'.repeat(6000);
    const created_at = new Date('2026-02-03T04:05:06.789Z');
    const { id } = await database.db
      .insertInto('posts')
      .values({ author_id: 901, content, created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    const expected = { id, content, authorId: 901, createdAt: '2026-02-03T04:05:06.789Z' };
    expect(await postsIn(database.db).find(id)).toEqual(expected);
    expect(await postsIn(database.db).findMany([id, 8_888])).toEqual([expected]);
  });

  test('pages of any size repeat no post and skip no post while new posts arrive', async () => {
    const posts = postsIn(database.db);
    let authorId = 1_000;
    const sizes = fc.record({
      before: fc.integer({ min: 0, max: 25 }),
      // For each page: how many it may hold, and how many posts arrive after it.
      pages: fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.nat({ max: 3 })), {
        minLength: 26,
        maxLength: 26,
      }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ before, pages }) => {
        authorId += 1;
        const written = await write(authorId, before);
        const seen: number[] = [];
        for (const [limit, arriving] of pages) {
          const page = await posts.pageOf(authorId, { limit, after: seen.at(-1) });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items.map(({ id }) => id));
          if (!page.more) break;
          await write(authorId, arriving);
        }
        expect(seen).toEqual(written.toReversed());
      }),
      { numRuns: 15 },
    );
  });

  test.each([
    ['a post without text', { author_id: 1, content: '' }],
    ['a post of 6,001 characters', { author_id: 1, content: 'x'.repeat(6001) }],
    ['an invalid author id', { author_id: 0, content: 'x' }],
  ])('the database itself rejects %s', async (_, post) => {
    const writing = database.db.insertInto('posts').values(post).execute();
    await expect(writing).rejects.toMatchObject({ code: '23514' });
  });

  test.each([
    ['of a user with the same user', { low_id: 5, high_id: 5, requested_by: 5 }, '23514'],
    ['with the two ids in the wrong order', { low_id: 6, high_id: 5, requested_by: 5 }, '23514'],
    ['that a third user requested', { low_id: 5, high_id: 6, requested_by: 7 }, '23514'],
    ['that exists already', { low_id: 1, high_id: 2, requested_by: 2 }, '23505'],
  ])('the database itself rejects a friendship %s', async (_, friendship, code) => {
    const writing = database.db.insertInto('friendships').values(friendship).execute();
    await expect(writing).rejects.toMatchObject({ code });
  });

  test('an accepted friendship counts for both users', async () => {
    const counts = countsIn(database.db);
    expect(await counts.public(2)).toEqual({ postCount: 2, friendCount: 2 });
    expect(await counts.public(4)).toEqual({ postCount: 2, friendCount: 1 });
  });

  test('a database with posts gets no demo posts', async () => {
    await database.db.deleteFrom('posts').where('id', '<', 13).execute();
    await database.db.deleteFrom('friendships').execute();
    await seed(database.db);
    expect(await postsIn(database.db).find(5)).toBeUndefined();
  });
});

describeOnBoth('a database of the previous release', (newDatabase) => {
  test('keeps its posts and friendships, and the previous release can start on it again', async () => {
    const testDatabase = await newDatabase();
    const released = { '0001_posts_and_friendships': migrations['0001_posts_and_friendships']! };
    const read = async (options: DatabaseOptions) => {
      const { db, ...database } = await openTestDatabase(testDatabase, options);
      const posts = await db.selectFrom('posts').selectAll().orderBy('id').execute();
      const friendships = await db
        .selectFrom('friendships')
        // The columns of both releases.
        .select(['low_id', 'high_id', 'requested_by', 'requested_at', 'accepted_at'])
        .orderBy('low_id')
        .execute();
      await database.close();
      return { posts, friendships };
    };
    const before = await read({ released, demo: true });
    expect(before.posts).toHaveLength(12);
    // The new column is empty.
    const posts = before.posts.map((row) => Object.assign({}, row, { edited_at: null }));
    const after = { ...before, posts };
    expect(await read({})).toEqual(after);
    expect(await read({ released })).toEqual(after);
    await testDatabase.remove();
  });
});

describeOnServer('instances of Social that start at the same time', () => {
  test('create the tables and the demo data once', async () => {
    const testDatabase = await serverDatabase();
    const { log, lines } = memoryLog();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => openTestDatabase(testDatabase, { demo: true, log })),
    );
    // No instance failed and tried again.
    expect(lines.map(({ level }) => level)).toEqual([30]);
    expect(await countsIn(all[7]!.db).public(1)).toEqual({ postCount: 4, friendCount: 3 });
    expect(await all[0]!.db.selectFrom('posts').select('id').execute()).toHaveLength(12);
    await Promise.all(all.map((each) => each.close()));
    await testDatabase.remove();
  });
});
