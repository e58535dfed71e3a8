// Sessions and their refresh tokens, on both kinds of database, with a clock that the test moves.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { type Kysely, sql } from 'kysely';
import {
  describeOnBoth,
  describeOnServer,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import {
  firstSecret,
  hashOf,
  classifyRefreshToken,
  parseRefreshToken,
  successorOf,
} from '../../src/sessions/refresh-token.ts';
import type { Schema } from '../../src/schema.ts';
import { type OpenSession, type Sessions, sessionsIn } from '../../src/sessions/sessions.ts';
import { type Clock, fakeClock } from '../support/clock.ts';
import { openTestDatabase, silentLog } from '../support/database.ts';

const DAY_MS = 86_400_000;
const cat = { id: 1, username: 'cat_sun_dog', passwordVersion: 1 };

describe('a presented refresh token', () => {
  const chainKey = Buffer.alloc(32, 2);
  const old = firstSecret(chainKey);
  const none = { chainKey, tokenHash: Buffer.alloc(32) };
  const before = successorOf(old, none);
  const now = successorOf(before, none);
  const family = {
    chainKey,
    tokenHash: hashOf(now),
    previousHash: hashOf(before),
    expiresAt: 99_000,
  };
  const otherFamily = firstSecret(Buffer.alloc(32, 3));
  const madeUp = Buffer.concat([old.subarray(0, 31), Buffer.of(old[31]! ^ 1)]);

  test.each<[what: string, secret: Buffer, at: number, is: string]>([
    ['that is valid is the current token', now, 1000, 'current'],
    ['that is valid is the current token until its last millisecond', now, 98_999, 'current'],
    ['of an expired family is expired', now, 99_000, 'expired'],
    ['whose successor was not used yet is the previous token', before, 98_999, 'previous'],
    ['whose successor was used is reused', old, 1000, 'reused'],
    ['of another family is unknown', otherFamily, 1001, 'unknown'],
    ['that differs from an older one in one bit is unknown', madeUp, 1001, 'unknown'],
    ['of zeros is unknown', Buffer.alloc(32), 1001, 'unknown'],
  ])('%s', (_, secret, at, is) => {
    expect(classifyRefreshToken(family, secret, at)).toBe(is);
  });

  test('has one successor in its family, and a different successor in another family', () => {
    expect(successorOf(old, none)).toEqual(before);
    expect(successorOf(old, { ...none, chainKey: Buffer.alloc(32, 3) })).not.toEqual(before);
  });

  test('has the successor that version 1.2 has given to the other tab', () => {
    const untagged = createHmac('sha256', chainKey).update(old).digest();
    expect(successorOf(old, { chainKey, tokenHash: hashOf(untagged) })).toEqual(untagged);
  });
});

describeOnBoth('sessions', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let clock: Clock;
  let sessions: Sessions;

  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });
  beforeEach(() => {
    clock = fakeClock('2026-05-01T00:00:00Z');
    sessions = make();
  });

  const make = (log = silentLog): Sessions =>
    sessionsIn(database.db, {
      lifeMs: 30 * DAY_MS,
      maxLifeMs: 100 * DAY_MS,
      maxPerUser: 50,
      log,
      now: clock.now,
    });
  const started = async (): Promise<OpenSession> => (await sessions.start(cat))!;
  const countOf = async (id: string): Promise<number> =>
    (await database.db.selectFrom('sessions').select('id').where('id', '=', id).execute()).length;

  test('a refresh returns the next token of the same session, and its user', async () => {
    const first = await started();
    expect(first.user).toEqual({ id: 1, username: 'cat_sun_dog' });
    const second = (await sessions.refresh(first.refreshToken))!;
    expect(second).toMatchObject({ id: first.id, user: { id: 1, username: 'cat_sun_dog' } });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    const third = (await sessions.refresh(second.refreshToken))!;
    expect(third.id).toBe(first.id);
  });

  test('no token is stored, only its hash', async () => {
    const { id, refreshToken } = await started();
    const { secret } = parseRefreshToken(refreshToken)!;
    const row = await database.db
      .selectFrom('sessions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    for (const bytes of [row.token_hash, row.chain_key])
      expect(Buffer.from(bytes)).not.toEqual(secret);
    expect(Buffer.from(row.token_hash)).toEqual(hashOf(secret));
  });

  test('a token gets the same successor until the successor is used, however long that takes', async () => {
    const { refreshToken } = await started();
    const lost = (await sessions.refresh(refreshToken))!;
    clock.advance(29 * DAY_MS);
    const again = (await sessions.refresh(refreshToken))!;
    expect(again.refreshToken).toBe(lost.refreshToken);
    expect(await sessions.refresh(again.refreshToken)).toBeDefined();
    expect(await sessions.refresh(refreshToken)).toBeUndefined();
  });

  test('a token that comes again after its successor was used ends the session; the log line has only the user’s id', async () => {
    const { log, lines } = memoryLog();
    sessions = make(log);
    const { id, refreshToken } = await started();
    const next = (await sessions.refresh(refreshToken))!;
    const newest = (await sessions.refresh(next.refreshToken))!;
    expect(await sessions.refresh(refreshToken)).toBeUndefined();
    expect(await sessions.refresh(newest.refreshToken)).toBeUndefined();
    expect(await countOf(id)).toBe(0);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 40,
        userId: 1,
        msg: expect.stringMatching(/refresh token reused/),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain(id);
  });

  test('a token that was never issued ends nothing, and is not logged', async () => {
    const { log, lines } = memoryLog();
    sessions = make(log);
    const { id, refreshToken } = await started();
    const next = (await sessions.refresh(refreshToken))!;
    const foreign = (await started()).refreshToken.split('.')[1]!;
    for (const secret of ['A'.repeat(43), foreign])
      expect(await sessions.refresh(`${id}.${secret}`)).toBeUndefined();
    expect(lines).toEqual([]);
    expect(await sessions.refresh(next.refreshToken)).toBeDefined();
  });

  test('a reused token ends no other session of the user', async () => {
    const [one, other] = [await started(), await started()];
    const next = (await sessions.refresh(one.refreshToken))!;
    await sessions.refresh(next.refreshToken);
    expect(await sessions.refresh(one.refreshToken)).toBeUndefined();
    expect(await sessions.refresh(other.refreshToken)).toBeDefined();
  });

  /** Makes sessions that run `meanwhile` after their first query. */
  const overtaken = (meanwhile: () => Promise<unknown>): Sessions => {
    let isFirst = true;
    const slow = database.db.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        if (isFirst) {
          isFirst = false;
          await meanwhile();
        }
        return result;
      },
    });
    return sessionsIn(slow, {
      lifeMs: 30 * DAY_MS,
      maxLifeMs: 100 * DAY_MS,
      maxPerUser: 50,
      log: silentLog,
      now: clock.now,
    });
  };

  test('a refresh that is overtaken by another refresh gets the same successor', async () => {
    const { refreshToken } = await started();
    let faster: OpenSession | undefined;
    const slow = overtaken(async () => (faster = await sessions.refresh(refreshToken)));
    expect(await slow.refresh(refreshToken)).toEqual(faster);
    expect(faster).toBeDefined();
  });

  test('a refresh that is overtaken twice is rejected', async () => {
    const { refreshToken } = await started();
    const slow = overtaken(async () => {
      const next = (await sessions.refresh(refreshToken))!;
      await sessions.refresh(next.refreshToken);
    });
    expect(await slow.refresh(refreshToken)).toBeUndefined();
  });

  test('a refresh that is overtaken by a logout is rejected', async () => {
    const { id, refreshToken } = await started();
    const slow = overtaken(() => sessions.end({ userId: 1, sessionId: id }));
    expect(await slow.refresh(refreshToken)).toBeUndefined();
    expect(await countOf(id)).toBe(0);
  });

  test('a session ends 30 days after its last refresh', async () => {
    const { refreshToken } = await started();
    clock.advance(30 * DAY_MS - 1);
    const next = (await sessions.refresh(refreshToken))!;
    clock.advance(30 * DAY_MS - 1);
    const last = (await sessions.refresh(next.refreshToken))!;
    clock.advance(30 * DAY_MS);
    expect(await sessions.refresh(last.refreshToken)).toBeUndefined();
  });

  test('a session ends 100 days after its log-in, however often it is refreshed', async () => {
    let { refreshToken } = await started();
    for (let day = 25; day < 100; day += 25) {
      clock.advance(25 * DAY_MS);
      ({ refreshToken } = (await sessions.refresh(refreshToken))!);
    }
    clock.advance(25 * DAY_MS - 1);
    ({ refreshToken } = (await sessions.refresh(refreshToken))!);
    clock.advance(1);
    expect(await sessions.refresh(refreshToken)).toBeUndefined();
  });

  test('a logout ends a session once, and only a session of its own user', async () => {
    const { id, refreshToken } = await started();
    expect(await sessions.end({ userId: 2, sessionId: id })).toBe(false);
    expect(await sessions.end({ userId: 1, sessionId: id })).toBe(true);
    expect(await sessions.end({ userId: 1, sessionId: id })).toBe(false);
    expect(await sessions.refresh(refreshToken)).toBeUndefined();
  });

  test('one too many for a user ends the one that was refreshed longest ago, and none of others', async () => {
    await database.db.deleteFrom('sessions').execute();
    const other = (await sessions.start({ id: 2, username: 'early_bird', passwordVersion: 1 }))!;
    sessions = sessionsIn(database.db, {
      lifeMs: 30 * DAY_MS,
      maxLifeMs: 100 * DAY_MS,
      maxPerUser: 2,
      log: silentLog,
      now: clock.now,
    });
    const [first, second] = [await started(), await started()];
    clock.advance(1);
    await sessions.refresh(first.refreshToken);
    clock.advance(1);
    const third = await started();
    const counts = await Promise.all([first, second, third, other].map(({ id }) => countOf(id)));
    expect(counts).toEqual([1, 0, 1, 1]);
  });

  test('expired sessions are deleted, and no others', async () => {
    const over = await started();
    clock.advance(1);
    const going = await started();
    clock.advance(30 * DAY_MS - 1);
    await sessions.deleteExpired();
    expect([await countOf(over.id), await countOf(going.id)]).toEqual([0, 1]);
  });

  test('no session starts when the password was changed meanwhile, or for an unknown user', async () => {
    expect(await sessions.start({ ...cat, passwordVersion: 2 })).toBeUndefined();
    expect(await sessions.start({ ...cat, id: 777 })).toBeUndefined();
  });

  test.each(['', 'x', '1.2', `${'0'.repeat(36)}.${'A'.repeat(43)}`, 'a\0b'])(
    '%j is rejected as a token',
    async (text) => {
      expect(parseRefreshToken(text)).toBeUndefined();
      expect(await sessions.refresh(text)).toBeUndefined();
    },
  );

  test('a token of an unknown session is rejected', async () => {
    const { refreshToken } = await started();
    const foreign = `00000000-0000-4000-8000-000000000000.${refreshToken.split('.')[1]}`;
    expect(await sessions.refresh(foreign)).toBeUndefined();
    expect(await sessions.refresh(refreshToken)).toBeDefined();
  });
});

/** Whether a statement in this database waits for another transaction to end. */
const someoneWaits = async (db: Kysely<Schema>): Promise<boolean> => {
  const { rows } = await sql`
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows.length > 0;
};

describeOnServer('a login during a change of the password', () => {
  test('waits for the change, and then starts no session with the old password', async () => {
    const testDatabase = await serverDatabase();
    const database = await openTestDatabase(testDatabase);
    const { db } = database;
    const sessions = sessionsIn(db, {
      lifeMs: DAY_MS,
      maxLifeMs: DAY_MS,
      maxPerUser: 50,
      log: silentLog,
    });
    let starting: Promise<unknown> = Promise.resolve();
    await db.transaction().execute(async (tx) => {
      await tx.updateTable('users').set({ password_version: 2 }).where('id', '=', 1).execute();
      await tx.deleteFrom('sessions').where('user_id', '=', 1).execute();
      starting = sessions.start(cat);
      let isWaiting = false;
      void starting.then(() => (isWaiting = true));
      while (!isWaiting) isWaiting = await someoneWaits(db);
    });
    expect(await starting).toBeUndefined();
    await database.close();
    await testDatabase.remove();
  });
});
