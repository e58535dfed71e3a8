// What becomes of the content of a deleted user: it is hidden with the event, and its rows are deleted in the background.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { sql } from 'kysely';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { batchOf, deleted, type LoggedEvent, named } from 'chassis/testing/user-events';
import { countsIn } from '../../src/friends/counts.ts';
import { friendsIn } from '../../src/friends/friends.ts';
import { feedIn } from '../../src/posts/feed.ts';
import { postsIn } from '../../src/posts/reading.ts';
import { writingIn } from '../../src/posts/writing.ts';
import { ANY_EPOCH } from '../../src/replica/progress.ts';
import { replicaIn } from '../../src/replica/store.ts';
import { deleteDepartedContent } from '../../src/replica/deletion/user-content.ts';
import type { Schema } from '../../src/schema.ts';
import { emptyDatabase, openTestDatabase } from '../support/database.ts';
import { outboxIn } from '../../src/events/outbox.ts';

const page = { limit: 100, after: undefined };
const now = () => new Date().toISOString();

describeOnBoth('the content of a deleted user', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  beforeEach(() => emptyDatabase(database.db));
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const replica = () => replicaIn(database.db, memoryLog().log, outboxIn(database.db));
  const apply = (logged: readonly LoggedEvent[], after = 0) =>
    replica().apply(batchOf(logged), after);
  const countOf = async (table: keyof Schema): Promise<number> => {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from ${sql.table(table)}`.execute(database.db);
    return rows[0]!.n;
  };
  const authors = async () => {
    const { items } = await feedIn(database.db)(3, page);
    return [...new Set(items.map(({ authorId }) => authorId))].sort((a, b) => a - b);
  };

  test('is hidden from all reads as soon as the event is applied, before a row is deleted', async () => {
    const { db } = database;
    const [posts, friends, counts] = [postsIn(db), friendsIn(db, outboxIn(db)), countsIn(db)];
    for (const author of [2, 3]) await writingIn(db, outboxIn(db)).create(author, `by ${author}`);
    for (const [a, b] of [
      [2, 3],
      [3, 2],
      [2, 4],
      [5, 2],
    ] as const)
      await friends.put(a, b);
    const rows = await db.selectFrom('posts').select('id').orderBy('author_id').execute();
    const ids = rows.map(({ id }) => id);
    expect(await authors()).toEqual([2, 3]);
    await apply([named(1, 2, 'two'), named(2, 3, 'three'), deleted(3, 2)]);

    expect(await countOf('posts')).toBe(2);
    expect((await posts.findMany(ids)).map(({ authorId }) => authorId)).toEqual([3]);
    expect(await posts.find(ids[0]!)).toBeUndefined();
    expect((await posts.pageOf(2, page)).items).toEqual([]);
    expect(await authors()).toEqual([3]);
    expect((await feedIn(db)(2, page)).items).toEqual([]);
    expect((await friends.pageOf(3, page)).items).toEqual([]);
    expect((await friends.requestsOf(4, 'incoming', page)).items).toEqual([]);
    expect((await friends.requestsOf(5, 'outgoing', page)).items).toEqual([]);
    expect((await friends.pageOf(2, page)).items).toEqual([]);
    expect(await counts.public(3)).toEqual({ postCount: 1, friendCount: 0 });
    expect(await counts.public(2)).toEqual({ postCount: 0, friendCount: 0 });
    expect(await counts.own(4)).toMatchObject({ requestCount: 0 });
  });

  test('is deleted in the background: posts, friendships, requests and idempotency keys; other users keep theirs', async () => {
    const { db } = database;
    for (const author of [1, 2, 3])
      for (const key of ['a', 'b', undefined])
        await writingIn(db, outboxIn(db)).create(author, `by ${author}`, key);
    const friends = friendsIn(db, outboxIn(db));
    for (const [a, b] of [
      [1, 2],
      [2, 1],
      [3, 2],
      [2, 4],
      [1, 3],
    ] as const)
      await friends.put(a, b);
    await apply([named(1, 1, 'one'), named(2, 2, 'two'), named(3, 3, 'three'), deleted(4, 2)]);
    await deleteDepartedContent(db, outboxIn(db), 2);
    const posts = await db.selectFrom('posts').select('author_id').orderBy('id').execute();
    expect(posts.map(({ author_id }) => author_id)).toEqual([1, 1, 1, 3, 3, 3]);
    const keys = await db.selectFrom('idempotency_keys').select('user_id').execute();
    expect(keys.map(({ user_id }) => user_id)).toEqual([1, 1, 3, 3]);
    expect(await countOf('friendships')).toBe(1);
    expect((await friends.requestsOf(3, 'incoming', page)).items).toHaveLength(1);
    // The user was deleted long ago, so no access token is valid any more.
    expect(await countOf('departed')).toBe(0);
  });

  test('is deleted in steps, also when several instances do it at once', async () => {
    await sql`insert into posts (author_id, content)
      select 1 + n % 2, 'x' from generate_series(1, 5001) as n`.execute(database.db);
    await apply([deleted(1, 1)]);
    await Promise.all(
      [1, 2, 3].map(() => deleteDepartedContent(database.db, outboxIn(database.db), 100)),
    );
    const rest = await database.db.selectFrom('posts').select('author_id').distinct().execute();
    expect(rest).toEqual([{ author_id: 2 }]);
    expect([await countOf('posts'), await countOf('departed')]).toEqual([2501, 0]);
  });

  test('does not keep names from being applied while it is deleted', async () => {
    await sql`insert into posts (author_id, content)
      select 1, 'x' from generate_series(1, 2000)`.execute(database.db);
    await apply([named(1, 2, 'two'), deleted(2, 1)]);
    const deletion = deleteDepartedContent(database.db, outboxIn(database.db), 10);
    await apply([named(3, 2, 'renamed')], 2);
    expect(await countOf('posts')).toBeGreaterThan(0);
    await deletion;
    expect(await countOf('posts')).toBe(0);
  });

  test('is also what was written later, with a token that was still valid', async () => {
    await apply([deleted(1, 1, now()), deleted(2, 2)]);
    const writing = writingIn(database.db, outboxIn(database.db));
    for (const author of [1, 2, 3]) await writing.create(author, 'late');
    expect(await countsIn(database.db).public(1)).toMatchObject({ postCount: 0 });
    await deleteDepartedContent(database.db, outboxIn(database.db));
    const posts = await database.db.selectFrom('posts').select('author_id').execute();
    // A user who was deleted long ago has no valid token any more, so nothing is searched for.
    expect(posts).toEqual([{ author_id: 2 }, { author_id: 3 }]);
    expect(await countOf('departed')).toBe(1);
    await sql`update departed set noticed_at = now() - interval '2 hours'`.execute(database.db);
    await writing.create(1, 'at the last moment');
    await deleteDepartedContent(database.db, outboxIn(database.db));
    expect([await countOf('departed'), await countOf('posts')]).toEqual([0, 2]);
  });

  test('does not come back when the log creates the user again', async () => {
    const writing = writingIn(database.db, outboxIn(database.db));
    await writing.create(1, 'before');
    await apply([named(1, 1, 'one'), deleted(2, 1, now()), named(3, 1, 'back')]);
    expect(await countOf('posts')).toBe(0);
    const { id } = await writing.create(1, 'between');
    await apply([deleted(4, 1, now())], 3);
    await apply([named(5, 1, 'again')], 4);
    expect(await postsIn(database.db).find(id)).toBeUndefined();
    const after = await writing.create(1, 'after');
    expect(await postsIn(database.db).find(after.id)).toMatchObject({ content: 'after' });
    expect([await countOf('posts'), await countOf('departed')]).toEqual([1, 0]);
  });

  test('is shown again when a rebuild takes a history in which the user was not deleted', async () => {
    const { id } = await writingIn(database.db, outboxIn(database.db)).create(1, 'kept');
    await apply([
      named(1, 1, 'one'),
      named(2, 2, 'two'),
      deleted(3, 1, now()),
      deleted(4, 2, now()),
    ]);
    await replica().rebuild(0, ANY_EPOCH);
    await replica().apply({ ...batchOf([named(1, 1, 'one')]), endOffset: 2 }, 0);
    expect(await postsIn(database.db).find(id)).toBeUndefined();
    await apply([named(2, 3, 'three')], 1);
    expect(await postsIn(database.db).find(id)).toMatchObject({ content: 'kept' });
    // The log of the rebuild knows nothing of user 2.
    expect(await countOf('departed')).toBe(1);
  });
});
