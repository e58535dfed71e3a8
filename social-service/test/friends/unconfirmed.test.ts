// Friend requests to users of whom nobody knew at once whether they exist, on both kinds of database.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { SourceError } from 'chassis/events/source';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { batchOf, named } from 'chassis/testing/user-events';
import { outboxIn } from '../../src/events/outbox.ts';
import { friendsIn } from '../../src/friends/friends.ts';
import { confirmRequests } from '../../src/friends/unconfirmed.ts';
import { replicaIn } from '../../src/replica/store.ts';
import type { Schema } from '../../src/schema.ts';
import { memoryLog } from 'chassis/testing/memory-log';
import { emptyDatabase, openTestDatabase } from '../support/database.ts';

const away = (): Promise<never> => Promise.reject(new SourceError('Identity is unavailable'));

describeOnBoth('a friend request', (newDatabase) => {
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
  beforeEach(() => emptyDatabase(database.db));

  /** Runs the confirmation with an Identity that knows these users. Returns the ids that it was asked for. */
  async function confirm(known: readonly number[], batch?: number): Promise<number[]> {
    const requested: number[] = [];
    const existing = async (ids: readonly number[]) => {
      requested.push(...ids);
      return new Map(ids.filter((id) => known.includes(id)).map((id) => [id, 'name']));
    };
    await confirmRequests(database.db, outboxIn(database.db), existing, batch);
    return requested;
  }

  test('to an id that never existed is taken back, and one to a user who exists stays', async () => {
    const friends = friendsIn(database.db, outboxIn(database.db));
    await friends.put(5, 999);
    await friends.put(5, 3);
    expect(new Set(await confirm([3, 5]))).toEqual(new Set([3, 999]));
    expect([await friends.stateOf(5, 999), await friends.stateOf(5, 3)]).toEqual([
      'none',
      'requested',
    ]);
    expect(await confirm([])).toEqual([]);
    expect(await friends.stateOf(5, 3)).toBe('requested');
    const ended = await database.db
      .selectFrom('social_events')
      .select(['user_id', 'other_id', 'was_friends'])
      .where('type', '=', 'FriendshipEnded')
      .execute();
    expect(ended).toEqual([{ user_id: 5, other_id: 999, was_friends: false }]);
  });

  test('to a user whom the replica knows needs no question', async () => {
    await replicaIn(database.db, memoryLog().log, outboxIn(database.db)).apply(
      batchOf([named(1, 3, 'cat_sun_dog')]),
      0,
    );
    const friends = friendsIn(database.db, outboxIn(database.db));
    await friends.put(5, 3);
    expect(await confirm([])).toEqual([]);
    expect(await friends.stateOf(5, 3)).toBe('requested');
  });

  test('that was accepted stays: whoever accepts it exists', async () => {
    const friends = friendsIn(database.db, outboxIn(database.db));
    await friends.put(5, 3);
    await friends.put(3, 5);
    await confirm([]);
    expect(await friends.stateOf(5, 3)).toBe('friends');
  });

  test('stays while Identity cannot be asked', async () => {
    const friends = friendsIn(database.db, outboxIn(database.db));
    await friends.put(5, 999);
    await expect(confirmRequests(database.db, outboxIn(database.db), away)).rejects.toThrow(
      SourceError,
    );
    expect(await friends.stateOf(5, 999)).toBe('requested');
  });

  test('is found among more than one batch of them', async () => {
    const friends = friendsIn(database.db, outboxIn(database.db));
    for (const other of [1, 2, 3, 4, 6]) await friends.put(5, other);
    expect(await confirm([1, 6], 2)).toHaveLength(5);
    const { items } = await friends.requestsOf(5, 'outgoing', { limit: 10, after: undefined });
    expect(items.map(({ id }) => id)).toEqual([1, 6]);
  });
});
