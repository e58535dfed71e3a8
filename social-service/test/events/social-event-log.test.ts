// The social event log: what each write appends, what retention deletes, and its feed over HTTP.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { deleteOldEvents } from 'chassis/event-log/retention';
import type { Database } from 'chassis/postgres/database';
import { describeOnBoth, embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { decodeSocialEvent } from 'contracts/events/decode-social';
import type { SocialEventBatch, SocialEventOnWire } from 'contracts/types';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import { type Outbox, outboxIn } from '../../src/events/outbox.ts';
import { friendsIn } from '../../src/friends/friends.ts';
import { writingIn } from '../../src/posts/writing.ts';
import { hideDeleted } from '../../src/replica/deletion/departed.ts';
import { deleteDepartedContent } from '../../src/replica/deletion/user-content.ts';
import type { Schema } from '../../src/schema.ts';
import { openTestDatabase } from '../support/database.ts';
import { startTestSocial, type TestSocial } from '../support/service.ts';

const summaryOf = (events: readonly SocialEventOnWire[]) =>
  events.map(({ type, data }) => [type, ...Object.values(data)]);

describeOnBoth('the social event log', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let outbox: Outbox;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
    outbox = outboxIn(database.db);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });
  beforeEach(async () => {
    await sql`truncate posts, friendships, social_events, departed`.execute(database.db);
    await sql`update log_start set position = 0`.execute(database.db);
  });

  const pageAfter = (offset: number) => eventReaderIn(database.db).after(offset);
  const logged = async () => summaryOf((await pageAfter(0)).events);

  test('begins at 1, and leaves the ids of posts as they were', async () => {
    const { id } = await writingIn(database.db, outbox).create(7, 'first of all');
    const { endOffset } = await pageAfter(0);
    expect([id, endOffset]).toEqual([1, 1]);
  });

  test('has an event of each change of a post, and none of a refused one', async () => {
    const writing = writingIn(database.db, outbox);
    const { id } = await writing.create(7, 'first');
    await writing.edit(7, id, 'second');
    await writing.edit(8, id, 'of somebody else');
    await writing.edit(7, id, 'third', () => false);
    await writing.remove(8, id);
    await writing.remove(7, id);
    await writing.remove(7, id);
    expect(await logged()).toEqual([
      ['PostCreated', id, 7],
      ['PostChanged', id, 7],
      ['PostDeleted', id, 7],
    ]);
  });

  test('has one event of a post that is sent twice with the same key', async () => {
    const writing = writingIn(database.db, outbox);
    const { id } = await writing.create(7, 'text', 'one-key');
    expect((await writing.create(7, 'text', 'one-key')).id).toBe(id);
    expect(await logged()).toEqual([['PostCreated', id, 7]]);
  });

  test('has an event of each change of a friendship, and none of a repeated request', async () => {
    const friends = friendsIn(database.db, outbox);
    for (const again of [false, true]) {
      expect(await friends.put(2, 1)).toBe('requested');
      if (again) expect(await friends.put(1, 2)).toBe('friends');
    }
    expect(await friends.put(1, 2)).toBe('friends');
    await friends.remove(2, 1);
    await friends.remove(2, 1);
    await friends.put(1, 2);
    await friends.remove(2, 1);
    expect(await logged()).toEqual([
      ['FriendshipRequested', 2, 1],
      ['FriendshipAccepted', 1, 2],
      ['FriendshipEnded', 2, 1, true],
      ['FriendshipRequested', 1, 2],
      ['FriendshipEnded', 2, 1, false],
    ]);
  });

  test('has one request and one acceptance when two users ask each other at the same time', async () => {
    const friends = friendsIn(database.db, outbox);
    await Promise.all([friends.put(1, 2), friends.put(2, 1), friends.put(1, 2)]);
    expect((await logged()).map(([type]) => type)).toEqual([
      'FriendshipRequested',
      'FriendshipAccepted',
    ]);
  });

  test('has no event of a transaction that is rolled back, and events that consumers can read', async () => {
    const failing = outbox.transaction(undefined, async (_, record) => {
      record({ type: 'PostCreated', id: 1, authorId: 7 });
      throw new Error('too bad');
    });
    await expect(failing).rejects.toThrow('too bad');
    await writingIn(database.db, outbox).create(7, 'text');
    const { events } = await pageAfter(0);
    expect(events.map((event) => decodeSocialEvent(event))).toEqual([
      expect.objectContaining({ kind: 'post', change: 'created', authorId: 7 }),
    ]);
    expect(JSON.stringify(events)).not.toContain('text');
  });

  test('has the deletions of all that a deleted user leaves behind', async () => {
    const writing = writingIn(database.db, outbox);
    const friends = friendsIn(database.db, outbox);
    const ids = [(await writing.create(7, 'a')).id, (await writing.create(7, 'b')).id];
    await friends.put(7, 3);
    await friends.put(9, 7);
    await friends.put(7, 9);
    const { endOffset } = await pageAfter(0);
    await hideDeleted(database.db, new Map([[7, Date.now()]]), Date.now());
    await deleteDepartedContent(database.db, outbox, 1);
    expect(summaryOf((await pageAfter(endOffset)).events)).toEqual([
      ['PostDeleted', ids[0], 7],
      ['PostDeleted', ids[1], 7],
      ['FriendshipEnded', 7, 9, true],
      ['FriendshipEnded', 7, 3, false],
    ]);
  });

  test('loses its old events, never the newest one, and says where it starts', async () => {
    const writing = writingIn(database.db, outbox);
    for (const text of ['a', 'b', 'c']) await writing.create(7, text);
    const offsets = (await pageAfter(0)).events.map(({ id }) => Number(id));
    const age = (last: number) =>
      sql`update social_events set created_at = now() - interval '8 days' where position <= ${last}`.execute(
        database.db,
      );
    await age(offsets[1]!);
    expect(await deleteOldEvents(database.db, 'social_events', 7)).toBe(2);
    expect((await pageAfter(0)).startOffset).toBe(offsets[1]);
    await age(offsets[2]!);
    expect(await deleteOldEvents(database.db, 'social_events', 7)).toBe(0);
    expect((await pageAfter(0)).events.map(({ id }) => Number(id))).toEqual([offsets[2]]);
  });

  test('begins a new epoch when its database has another history, and gives no number twice', async () => {
    const writing = writingIn(database.db, outbox);
    const before = await writing.create(7, 'before');
    await sql`update log_epochs set history = 'another'`.execute(database.db);
    const after = await writing.create(7, 'after');
    expect(after.id).toBeGreaterThan(before.id + 1_000_000);
    const { epochs, endOffset } = await pageAfter(0);
    expect(epochs).toHaveLength(2);
    expect(epochs[1]!.beganAfter).toBeLessThan(endOffset - 1_000_000);
  });
});

describe('GET /api/social-events', () => {
  let database: TestDatabase;
  let social: TestSocial;
  beforeAll(async () => {
    database = await embeddedDatabase();
    social = await startTestSocial(database);
  });
  afterAll(async () => {
    await social.stop();
    await database.remove();
  });

  test('answers a waiting reader as soon as a post is written, with the trace of the request', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const waiting = social.request('/api/social-events?lastEventId=latest&timeout=10000');
    const start = performance.now();
    const { body: post } = await social.requestAs(7, '/api/posts', {
      method: 'POST',
      json: { content: 'hello' },
      headers: { traceparent },
    });
    const { status, headers, text } = await waiting;
    expect(performance.now() - start).toBeLessThan(5_000);
    expect([status, headers['log-start']]).toEqual([200, '0']);
    const [event] = JSON.parse(text) as SocialEventBatch;
    expect(event).toMatchObject({
      type: 'PostCreated',
      data: { authorId: 7, id: (post as { id: number }).id },
    });
    expect(event!.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  test('is a 401 without the token of a reader, once readers have tokens', async () => {
    await social.stop();
    const token = 'a-token-of-gateway-0123';
    social = await startTestSocial(database, { FEED_TOKENS: `gateway:${token}` });
    expect((await social.request('/api/social-events')).status).toBe(401);
    const Authorization = `Bearer ${token}`;
    expect(
      (await social.request('/api/social-events', { headers: { Authorization } })).status,
    ).toBe(200);
  });
});
