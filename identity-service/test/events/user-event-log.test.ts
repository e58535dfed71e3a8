// The log of users: which changes are in it, what its events hold, and what of them never leaves.
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

describeOnBoth('the log', (newDatabase) => {
  let place: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    place = await newDatabase();
    identity = await startIdentity(place);
  });
  afterAll(async () => {
    await identity.stop();
    await place.remove();
  });

  /** What was written since `work` began. */
  const eventsOf = async (work: () => Promise<unknown>) => {
    const { endOffset } = await read(identity, '?lastEventId=latest');
    await work();
    return readAll(identity, endOffset);
  };
  const patch = async (as: Record<string, string>, body: object) => {
    const headers = { ...as, traceparent };
    const answer = await identity.request('/api/me', { method: 'PATCH', headers, json: body });
    return answer.status;
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

  test('tells of who joins, is renamed and leaves, with the trace of the request', async () => {
    const username = 'passer_by';
    const events = await eventsOf(async () => {
      const joined = await identity.request('/api/users', {
        method: 'POST',
        headers: { traceparent },
        json: { username, email: 'passer.by@example.org', password: PASSWORD },
      });
      const { accessToken } = joined.body as { accessToken: string };
      const as = { Authorization: `Bearer ${accessToken}` };
      expect(await patch(as, { username: 'Passer_By' })).toBe(200);
      expect(await patch(as, { username: 'resident' })).toBe(200);
      const body = { currentPassword: PASSWORD };
      const headers = { ...as, traceparent };
      const answer = await identity.request('/api/me', { method: 'DELETE', headers, json: body });
      expect(answer.status).toBe(204);
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

  test('does not tell of e-mails, passwords, or a name that stays the same', async () => {
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

  test('does not tell of what was refused', async () => {
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
      const answer = await identity.request('/api/me', {
        method: 'DELETE',
        headers: bearer,
        json: wrong,
      });
      expect(answer.status).toBe(403);
    });
    expect(events).toEqual([]);
  });

  test('a new name beside a new password is told once, and no e-mail or hash is in the log', async () => {
    const { bearer } = await identity.register('secretive');
    const body = {
      username: 'less_secretive',
      email: 'a.secret@example.org',
      password: 'a secret password',
      currentPassword: PASSWORD,
    };
    const events = await eventsOf(async () => expect(await patch(bearer, body)).toBe(200));
    expect(summaryOf(events)).toEqual([['UserUpdated', events[0]!.data.id, 'less_secretive']]);
    const all = JSON.stringify(await readAll(identity));
    expect(all).not.toMatch(/@|example|argon2|secret password|battery/i);
  });
});

describeOnBoth('a transaction of the outbox', (newDatabase) => {
  let place: TestDatabase;
  let database: Database<Schema>;
  beforeAll(async () => {
    place = await newDatabase();
    database = await openTestDatabase(place);
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });

  test('announces the position of its last event once that can be read; nothing when there is none', async () => {
    const log = eventReaderIn(database.db);
    const announced: number[] = [];
    const outbox = outboxIn(database.db, (position) => announced.push(position));
    const before = await log.endOffset();
    const result = await outbox.transaction(undefined, async (_tx, record) => {
      record({ type: 'UserUpdated', id: 1, username: 'one_name' });
      record({ type: 'UserUpdated', id: 1, username: 'other_name' });
      return Promise.resolve('done');
    });
    expect(result).toBe('done');
    const { events, nextOffset, endOffset } = await log.after(before);
    expect(summaryOf(events)).toEqual([
      ['UserUpdated', 1, 'one_name'],
      ['UserUpdated', 1, 'other_name'],
    ]);
    expect([nextOffset, endOffset]).toEqual([announced[0], announced[0]]);
    await outbox.transaction(undefined, () => Promise.resolve());
    expect(announced).toHaveLength(1);
  });

  test('the log says what stands at a position, and whether a user has events after it', async () => {
    const log = eventReaderIn(database.db);
    const { events } = await log.after(0);
    expect(await Promise.all(events.map(({ id }) => log.at(Number(id))))).toEqual(events);
    const head = await log.endOffset();
    expect(await log.at(head + 1)).toBeUndefined();
    const last = events.at(-1)!.data.id;
    expect([await log.hasLaterEvent(last, head - 1), await log.hasLaterEvent(last, head)]).toEqual([
      true,
      false,
    ]);
    expect(await log.hasLaterEvent(last + 1_000, 0)).toBe(false);
  });

  test('that fails leaves neither its change nor its event', async () => {
    const log = eventReaderIn(database.db);
    const outbox = outboxIn(database.db, () => {
      throw new Error('announced');
    });
    const before = await log.endOffset();
    const failing = outbox.transaction(undefined, async (tx, record) => {
      await tx.deleteFrom('users').where('id', '=', 2).execute();
      record({ type: 'UserDeleted', id: 2 });
      throw new Error('roll back');
    });
    await expect(failing).rejects.toThrow('roll back');
    // The event itself is what fails here.
    const wrong = outbox.transaction(undefined, async (tx, record) => {
      await tx.deleteFrom('users').where('id', '=', 2).execute();
      record({ type: 'UserUpdated', id: 2, username: 'no name' });
    });
    await expect(wrong).rejects.toMatchObject({ code: '23514' });
    expect(await log.endOffset()).toBe(before);
    const users = await database.db.selectFrom('users').select('id').execute();
    expect(users.map(({ id }) => id)).toContain(2);
  });

  test('demo data that is there already is not told of again', async () => {
    const log = eventReaderIn(database.db);
    const before = await log.endOffset();
    await seed(database.db);
    expect(await log.endOffset()).toBe(before);
  });

  describe('the database itself refuses', () => {
    test.each([
      ['a name beside UserDeleted', { type: 'UserDeleted', user_id: 1, username: 'name' }, '23514'],
      ['no name beside UserCreated', { type: 'UserCreated', user_id: 1 }, '23514'],
      ['another type', { type: 'UserMoved', user_id: 1, username: 'name' }, '23514'],
      ['a position of ours', { position: 1, type: 'UserDeleted', user_id: 1 }, '428C9'],
      ['no trace', { type: 'UserDeleted', user_id: 1, traceparent: 'x' }, '23514'],
    ])('%s', async (_, row, code) => {
      const insert = database.db
        .insertInto('user_events')
        .values(row as never)
        .execute();
      await expect(insert).rejects.toMatchObject({ code });
    });
  });
});
