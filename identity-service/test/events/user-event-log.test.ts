// The user event log: which changes have events, what the events contain, and what they never contain.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { userEventCheck } from 'contracts/events/check';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { seed } from '../../src/demo.ts';
import { outboxIn } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import type { Database } from 'chassis/postgres/database';
import { summaryOf, read, readAll } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { PASSWORD } from 'chassis/testing/users';
import { type Identity, startIdentity } from '../support/service.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

describeOnBoth('the user event log', (newDatabase) => {
  let testDatabase: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    identity = await startIdentity(testDatabase);
  });
  afterAll(async () => {
    await identity.stop();
    await testDatabase.remove();
  });

  /** Returns the events that were written since `work` began. */
  const eventsOf = async (work: () => Promise<unknown>) => {
    const { endOffset } = await read(identity, '?lastEventId=latest');
    await work();
    return readAll(identity, endOffset);
  };
  const patch = async (as: Record<string, string>, body: object) => {
    const headers = { ...as, traceparent };
    const response = await identity.request('/api/me', { method: 'PATCH', headers, json: body });
    return response.status;
  };

  test('begins with the demo users, in the order of their ids', async () => {
    const { events } = await read(identity);
    expect(summaryOf(events).slice(0, 6)).toEqual([
      ['UserCreated', 1, 'cat_sun_dog'],
      ['UserCreated', 2, 'early_bird'],
      ['UserCreated', 3, 'night_owl'],
      ['UserCreated', 4, 'tea_and_rain'],
      ['UserCreated', 5, 'Mountain_Goat'],
      ['UserCreated', 6, 'quiet_reader'],
    ]);
    expect(events.slice(0, 6).filter((event) => 'traceparent' in event)).toEqual([]);
  });

  test('has an event for each registration, rename and deletion, with the trace of the request', async () => {
    const username = 'passer_by';
    const events = await eventsOf(async () => {
      const registered = await identity.request('/api/users', {
        method: 'POST',
        headers: { traceparent },
        json: { username, email: 'passer.by@example.org', password: PASSWORD },
      });
      const { accessToken } = registered.body as { accessToken: string };
      const as = { Authorization: `Bearer ${accessToken}` };
      expect(await patch(as, { username: 'Passer_By' })).toBe(200);
      expect(await patch(as, { username: 'resident' })).toBe(200);
      const body = { currentPassword: PASSWORD };
      const headers = { ...as, traceparent };
      const response = await identity.request('/api/me', { method: 'DELETE', headers, json: body });
      expect(response.status).toBe(204);
    });
    const id = events[0]!.data.id;
    expect(summaryOf(events)).toEqual([
      ['UserCreated', id, 'passer_by'],
      ['UserUpdated', id, 'Passer_By'],
      ['UserUpdated', id, 'resident'],
      ['UserDeleted', id],
    ]);
    for (const event of events) {
      expect(userEventCheck(event)).toEqual([]);
      expect(event.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
      expect(Math.abs(Date.parse(event.time) - Date.now())).toBeLessThan(60_000);
    }
    expect(new Set(events.map((event) => event.traceparent)).size).toBe(4);
  });

  test('has no event for a new e-mail, a new password, or a name that stays the same', async () => {
    const { bearer } = await identity.register('private_person');
    const events = await eventsOf(async () => {
      expect(await patch(bearer, { username: 'private_person' })).toBe(200);
      expect(await patch(bearer, { email: 'new@example.org', currentPassword: PASSWORD })).toBe(
        200,
      );
      expect(await patch(bearer, { password: 'another password', currentPassword: PASSWORD })).toBe(
        200,
      );
    });
    expect(events).toEqual([]);
  });

  test('has no event for a rejected change', async () => {
    const { bearer } = await identity.register('refused_person');
    const events = await eventsOf(async () => {
      expect(await patch(bearer, { username: 'cat_sun_dog' })).toBe(409);
      expect(
        await patch(bearer, {
          username: 'fine_name',
          email: 'early_bird@example.com',
          currentPassword: PASSWORD,
        }),
      ).toBe(409);
      const body = { username: 'NIGHT_OWL', email: 'x@example.org', password: PASSWORD };
      expect((await identity.request('/api/users', { method: 'POST', json: body })).status).toBe(
        409,
      );
      const wrong = { currentPassword: 'wrong' };
      const response = await identity.request('/api/me', {
        method: 'DELETE',
        headers: bearer,
        json: wrong,
      });
      expect(response.status).toBe(403);
    });
    expect(events).toEqual([]);
  });

  test('has one event for a new name with a new password, and no e-mail or hash', async () => {
    const { bearer } = await identity.register('secretive');
    const body = {
      username: 'less_secretive',
      email: 'a.secret@example.org',
      password: 'a secret password',
      currentPassword: PASSWORD,
    };
    const events = await eventsOf(async () => expect(await patch(bearer, body)).toBe(200));
    expect(summaryOf(events)).toEqual([['UserUpdated', events[0]!.data.id, 'less_secretive']]);
    const log = JSON.stringify(await readAll(identity));
    expect(log).not.toMatch(/@|example|argon2|secret password|battery/i);
  });
});

describeOnBoth('a transaction of the outbox', (newDatabase) => {
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

  test('notifies of its last event once the event can be read, and does not notify without events', async () => {
    const reader = eventReaderIn(database.db);
    const notified: number[] = [];
    const outbox = outboxIn(database.db, (offset) => notified.push(offset));
    const before = await reader.endOffset();
    const result = await outbox.transaction(undefined, async (_tx, record) => {
      record({ type: 'UserUpdated', id: 1, username: 'one_name' });
      record({ type: 'UserUpdated', id: 1, username: 'other_name' });
      return Promise.resolve('done');
    });
    expect(result).toBe('done');
    const { events, nextOffset, endOffset } = await reader.after(before);
    expect(summaryOf(events)).toEqual([
      ['UserUpdated', 1, 'one_name'],
      ['UserUpdated', 1, 'other_name'],
    ]);
    expect([nextOffset, endOffset]).toEqual([notified[0], notified[0]]);
    await outbox.transaction(undefined, () => Promise.resolve());
    expect(notified).toHaveLength(1);
  });

  test('writes events that can be read by their offset; the log tells whether a user has later ones', async () => {
    const reader = eventReaderIn(database.db);
    const { events } = await reader.after(0);
    expect(await Promise.all(events.map(({ id }) => reader.at(Number(id))))).toEqual(events);
    const end = await reader.endOffset();
    expect(await reader.at(end + 1)).toBeUndefined();
    const last = events.at(-1)!.data.id;
    expect([
      await reader.hasLaterEvent(last, end - 1),
      await reader.hasLaterEvent(last, end),
    ]).toEqual([true, false]);
    expect(await reader.hasLaterEvent(last + 1_000, 0)).toBe(false);
  });

  test('that fails leaves neither its change nor its event', async () => {
    const reader = eventReaderIn(database.db);
    const outbox = outboxIn(database.db, () => {
      throw new Error('notified');
    });
    const before = await reader.endOffset();
    const failing = outbox.transaction(undefined, async (tx, record) => {
      await tx.deleteFrom('users').where('id', '=', 2).execute();
      record({ type: 'UserDeleted', id: 2 });
      throw new Error('roll back');
    });
    await expect(failing).rejects.toThrow('roll back');
    // Here the event itself is invalid.
    const invalid = outbox.transaction(undefined, async (tx, record) => {
      await tx.deleteFrom('users').where('id', '=', 2).execute();
      record({ type: 'UserUpdated', id: 2, username: 'no name' });
    });
    await expect(invalid).rejects.toMatchObject({ code: '23514' });
    expect(await reader.endOffset()).toBe(before);
    const users = await database.db.selectFrom('users').select('id').execute();
    expect(users.map(({ id }) => id)).toContain(2);
  });

  test('that adds the demo data is not repeated when the demo data is there', async () => {
    const reader = eventReaderIn(database.db);
    const before = await reader.endOffset();
    await seed(database.db);
    expect(await reader.endOffset()).toBe(before);
  });

  describe('the database itself rejects', () => {
    test.each([
      ['a UserDeleted with a name', { type: 'UserDeleted', user_id: 1, username: 'name' }, '23514'],
      ['a UserCreated without a name', { type: 'UserCreated', user_id: 1 }, '23514'],
      ['an unknown type', { type: 'UserMoved', user_id: 1, username: 'name' }, '23514'],
      [
        'an offset that it has not chosen',
        { position: 1, type: 'UserDeleted', user_id: 1 },
        '428C9',
      ],
      ['an invalid traceparent', { type: 'UserDeleted', user_id: 1, traceparent: 'x' }, '23514'],
    ])('%s', async (_, row, code) => {
      const insert = database.db
        .insertInto('user_events')
        .values(row as never)
        .execute();
      await expect(insert).rejects.toMatchObject({ code });
    });
  });
});
