// The feed against a model, on both kinds of database.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import * as fc from 'fast-check';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { feedIn, type NewestScan } from '../../src/posts/feed.ts';
import { friendsIn } from '../../src/friends/friends.ts';
import type { Schema } from '../../src/schema.ts';
import { writingIn } from '../../src/posts/writing.ts';
import { openTestDatabase } from '../support/database.ts';
import { outboxIn } from '../../src/events/outbox.ts';

// Never reads the newest posts of all users; reads so few that they seldom fill a page; reads all.
const walks: readonly NewestScan[] = [
  { above: 1_000_000, posts: 1 },
  { above: 0, posts: 12 },
  { above: 0, posts: 100_000 },
];

describeOnBoth('the feed', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  let last = 0;
  /** Makes a reader with friends of lower and higher ids, and users who are no friends. */
  const newPeople = async () => {
    last += 10;
    const friends = friendsIn(database.db, outboxIn(database.db));
    const reader = last + 5;
    const befriended = [last + 1, last + 4, last + 9];
    for (const id of befriended) {
      await friends.put(id, reader);
      await friends.put(reader, id);
    }
    const [requested, requesting, stranger] = [last + 3, last + 7, last + 8] as const;
    await friends.put(reader, requested);
    await friends.put(requesting, reader);
    return { reader, seen: [reader, ...befriended], unseen: [requested, requesting, stranger] };
  };
  const write = async (authorId: number): Promise<number> =>
    (await writingIn(database.db, outboxIn(database.db)).create(authorId, 'x')).id;

  // Who writes, as an index among all seven; small ones are the reader and friends.
  const author = fc.nat({ max: 6 });
  const stories = fc.record({
    before: fc.array(author, { maxLength: 40, size: 'max' }),
    pages: fc.array(
      fc.record({
        limit: fc.integer({ min: 1, max: 8 }),
        arriving: fc.array(author, { maxLength: 3 }),
      }),
      { minLength: 45, maxLength: 45 },
    ),
  });

  test.each(walks)(
    'its pages have every post of the reader and friends once while posts arrive (%j)',
    async (walk) => {
      const feedOf = feedIn(database.db, walk);
      await fc.assert(
        fc.asyncProperty(stories, async ({ before, pages }) => {
          const { reader, seen, unseen } = await newPeople();
          const everybody = [...seen, ...unseen];
          const expected: number[] = [];
          for (const who of before) {
            const id = await write(everybody[who]!);
            if (who < seen.length) expected.unshift(id);
          }
          const read: number[] = [];
          for (const { limit, arriving } of pages) {
            const { items, more } = await feedOf(reader, { limit, after: read.at(-1) });
            read.push(...items.map(({ id }) => id));
            expect(items).toHaveLength(
              Math.min(limit, expected.length - read.length + items.length),
            );
            if (!more) break;
            for (const who of arriving) await write(everybody[who]!);
          }
          expect(read).toEqual(expected);
        }),
        { numRuns: 25 },
      );
    },
  );

  test('has complete posts, without deleted ones and without those of former friends', async () => {
    const { reader, seen } = await newPeople();
    const friend = seen[1]!;
    const writing = writingIn(database.db, outboxIn(database.db));
    const feedOf = feedIn(database.db);
    const page = { limit: 20, after: undefined };
    const theirs = await writing.create(friend, '  Zähne & 🦷\n');
    const own = await writing.create(reader, 'mine');
    expect(await feedOf(reader, page)).toEqual({ items: [own, theirs], more: false });
    await writing.remove(reader, own.id);
    expect((await feedOf(reader, page)).items).toEqual([theirs]);
    await friendsIn(database.db, outboxIn(database.db)).remove(reader, friend);
    expect((await feedOf(reader, page)).items).toEqual([]);
  });

  test('a page with exactly all posts is the last page', async () => {
    const { reader } = await newPeople();
    const ids = [await write(reader), await write(reader)].toReversed();
    for (const walk of walks) {
      const feedOf = feedIn(database.db, walk);
      const both = await feedOf(reader, { limit: 2, after: undefined });
      expect([both.items.map(({ id }) => id), both.more]).toEqual([ids, false]);
      const one = await feedOf(reader, { limit: 1, after: undefined });
      expect([one.items.map(({ id }) => id), one.more]).toEqual([ids.slice(0, 1), true]);
      expect(await feedOf(reader, { limit: 1, after: ids[1] })).toEqual({ items: [], more: false });
    }
  });
});
