// The feed of sessions that ended, over real sockets, on both kinds of database.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { claimsOf } from 'chassis/testing/tokens';
import {
  describeOnBoth,
  describeOnServer,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { until } from 'chassis/testing/until';
import { PASSWORD } from 'chassis/testing/users';
import type { SessionEnded } from 'contracts/types';
import { sql } from 'kysely';
import { locks } from '../../src/locks.ts';
import { endedSessionsIn } from '../../src/sessions/ended-sessions.ts';
import { sessionsIn } from '../../src/sessions/sessions.ts';
import { openTestDatabase, silentLog } from '../support/database.ts';
import { type Identity, type RegisteredUser } from '../support/service.ts';
import { sessionOf, startIdentity, withBearer } from '../support/service.ts';

const TOKEN = 'a-token-of-social-0123';
const READER = { Authorization: `Bearer ${TOKEN}` };
const PATH = '/api/ended-sessions';
const MINUTE_MS = 60_000;
const NEW_PASSWORD = 'a horse that nobody staples';

let count = 0;
const newName = (): string => `ended_${(count += 1)}`;
const idOf = ({ accessToken }: RegisteredUser): string => String(claimsOf(accessToken)['sid']);

describeOnBoth('the feed of ended sessions', (createDatabase) => {
  let database: TestDatabase;
  let identity: Identity;
  beforeAll(async () => {
    database = await createDatabase();
    identity = await startIdentity(database, {
      SESSIONS_PER_USER: '3',
      FEED_TOKENS: `social:${TOKEN}`,
    });
  });
  afterAll(async () => {
    await identity.stop();
    await database.remove();
  });

  const read = async (query = '') => {
    const { body, headers } = await identity.request(PATH + query, { headers: READER });
    return { events: body as SessionEnded[], end: Number(headers['log-head']) };
  };
  const endOffset = async () => (await read('?lastEventId=latest')).end;
  const logIn = async (name: string) => withBearer(sessionOf(await identity.logIn(name)));
  const send = ({ bearer }: RegisteredUser, method: string, path: string, json?: object) =>
    identity.request(path, { method, headers: bearer, ...(json && { json }) });

  /** Runs `end` for a user with three sessions. Returns what the feed has since, and the ids of the sessions. */
  async function endedBy(end: (sessions: RegisteredUser[], name: string) => Promise<unknown>) {
    const name = newName();
    const sessions = [await identity.register(name), await logIn(name), await logIn(name)];
    const before = await endOffset();
    await end(sessions, name);
    const { events } = await read(`?lastEventId=${before}`);
    return { ended: events.map(({ data }) => data.id), ids: sessions.map(idOf) };
  }

  test('has a session that was ended by a log-out, and until when its tokens live', async () => {
    const user = await identity.register(newName());
    const before = await endOffset();
    await send(user, 'DELETE', '/api/sessions/current');
    const { events, end } = await read(`?lastEventId=${before}`);
    expect(events).toEqual([
      expect.objectContaining({
        id: String(end),
        type: 'SessionEnded',
        subject: idOf(user),
        data: { id: idOf(user), tokensExpireAt: expect.any(String) },
      }),
    ]);
    // Later than the expiry of a token that was issued at the moment of the log-out.
    const { time, data } = events[0]!;
    expect(Date.parse(data.tokensExpireAt) - Date.parse(time)).toBe(6 * MINUTE_MS);
  });

  test('has the other sessions of a user who sets a new password', async () => {
    const { ended, ids } = await endedBy(([, , mine]) =>
      send(mine!, 'PATCH', '/api/me', { password: NEW_PASSWORD, currentPassword: PASSWORD }),
    );
    expect(ended.sort()).toEqual(ids.slice(0, 2).sort());
  });

  test('has all sessions of a user who deletes the account', async () => {
    const { ended, ids } = await endedBy(([mine]) =>
      send(mine!, 'DELETE', '/api/me', { currentPassword: PASSWORD }),
    );
    expect(ended.sort()).toEqual(ids.sort());
  });

  test('has a session whose refresh token was reused', async () => {
    const { ended, ids } = await endedBy(async ([first]) => {
      const second = sessionOf(await identity.refresh(first!.refreshToken));
      await identity.refresh(second.refreshToken);
      await identity.refresh(first!.refreshToken);
    });
    expect(ended).toEqual(ids.slice(0, 1));
  });

  test('has a session that was ended from another device', async () => {
    const { ended, ids } = await endedBy(([mine, other]) =>
      send(mine!, 'DELETE', `/api/me/sessions/${idOf(other!)}`),
    );
    expect(ended).toEqual([ids[1]]);
  });

  test('has all other sessions that a user ended', async () => {
    const { ended, ids } = await endedBy(([mine]) => send(mine!, 'DELETE', '/api/me/sessions'));
    expect(ended.sort()).toEqual(ids.slice(1).sort());
  });

  test('has a session that gave way to a new one', async () => {
    const { ended, ids } = await endedBy((_, name) => logIn(name));
    expect(ended).toEqual(ids.slice(0, 1));
  });

  test('has nothing of a refresh, and nothing of a log-out that failed', async () => {
    const { ended } = await endedBy(async ([mine]) => {
      await identity.refresh(mine!.refreshToken);
      await identity.request('/api/sessions/current', { method: 'DELETE' });
    });
    expect(ended).toEqual([]);
  });

  test('answers a request that waits within a second of the end', async () => {
    const user = await identity.register(newName());
    const waiting = read(`?lastEventId=${await endOffset()}&timeout=10000`);
    await send(user, 'DELETE', '/api/sessions/current');
    const endedAt = performance.now();
    const { events } = await waiting;
    expect(performance.now() - endedAt).toBeLessThan(1000);
    expect(events.map(({ data }) => data.id)).toEqual([idOf(user)]);
  });

  test('refuses an offset that it never gave', async () => {
    const beyond = (await endOffset()) + 1;
    const { status } = await identity.request(`${PATH}?lastEventId=${beyond}`, { headers: READER });
    expect(status).toBe(400);
  });

  test('is for readers with a token', async () => {
    const user = await identity.register(newName());
    for (const headers of [{}, user.bearer, { Authorization: 'Bearer another-token-0123' }])
      expect((await identity.request(PATH, { headers })).status).toBe(401);
  });
});

describeOnBoth('the list of ended sessions', (createDatabase) => {
  let files: TestDatabase;
  let database: Awaited<ReturnType<typeof openTestDatabase>>;
  beforeAll(async () => {
    files = await createDatabase();
    database = await openTestDatabase(files);
  });
  afterAll(async () => {
    await database.close();
    await files.remove();
  });

  const cat = { id: 1, username: 'cat_sun_dog', passwordVersion: 1 };
  const startAt = async (at: number, lifeMs: number): Promise<string> => {
    const options = { lifeMs, maxLifeMs: lifeMs, maxPerUser: 100, log: silentLog };
    return (await sessionsIn(database.db, { ...options, now: () => at }).start(cat))!.id;
  };
  const endAll = () => database.db.deleteFrom('sessions').execute();

  test('leaves out sessions that expired so long ago that their tokens have, too', async () => {
    const ended = endedSessionsIn(database.db);
    const before = await ended.endOffset();
    await startAt(Date.now() - 7 * MINUTE_MS, 1);
    const recent = await startAt(Date.now() - 4 * MINUTE_MS, 1);
    await endAll();
    const { events } = await ended.after(before);
    expect(events.map(({ data }) => data.id)).toEqual([recent]);
  });

  test('forgets sessions whose tokens have expired, and keeps its end', async () => {
    const { db } = database;
    const ended = endedSessionsIn(db);
    await startAt(Date.now(), MINUTE_MS);
    await endAll();
    await sql`update ended_sessions set ended_at = now() - interval '361 seconds'`.execute(db);
    const end = await ended.endOffset();
    await ended.deleteOld();
    expect((await ended.after(0)).events.map(({ id }) => id)).toEqual([String(end)]);
    await startAt(Date.now(), MINUTE_MS);
    await endAll();
    await ended.deleteOld();
    const { events } = await ended.after(0);
    expect(events).toHaveLength(1);
    expect(Number(events[0]!.id)).toBeGreaterThan(end);
  });

  test('has at most 500 sessions on a page', async () => {
    const { db } = database;
    const ended = endedSessionsIn(db);
    const before = await ended.endOffset();
    const values = Array.from({ length: 501 }, () => ({ id: crypto.randomUUID() }));
    await db.insertInto('ended_sessions').values(values).execute();
    const first = await ended.after(before);
    const second = await ended.after(first.nextOffset);
    expect([first, second].map(({ events }) => events.length)).toEqual([500, 1]);
    expect(second.nextOffset).toBe(second.endOffset);
  });
});

describeOnServer('sessions that end at the same time', () => {
  test('appear in the order of their offsets: none appears before an earlier one', async () => {
    const files = await serverDatabase();
    const database = await openTestDatabase(files);
    const { db } = database;
    const ended = endedSessionsIn(db);
    const options = { lifeMs: MINUTE_MS, maxLifeMs: MINUTE_MS, maxPerUser: 100, log: silentLog };
    const sessions = sessionsIn(db, options);
    const cat = { id: 1, username: 'cat_sun_dog', passwordVersion: 1 };
    const [first, second] = [await sessions.start(cat), await sessions.start(cat)];
    const seen: number[] = [];
    let later: Promise<unknown> | undefined;
    await db.transaction().execute(async (tx) => {
      await sessionsIn(tx, options).end({ userId: 1, sessionId: first!.id });
      later = sessions.end({ userId: 1, sessionId: second!.id });
      await until('the other one waits', async () => {
        const { rows } = await sql`
          select from pg_locks where locktype = 'advisory' and not granted
            and objid = ${locks.endedSessions}`.execute(db);
        return rows.length === 1;
      });
      seen.push((await ended.after(0)).events.length);
    });
    await later;
    const { events } = await ended.after(0);
    expect(seen).toEqual([0]);
    expect(events.map(({ data }) => data.id)).toEqual([first!.id, second!.id]);
    await database.close();
    await files.remove();
  });
});
