// Joining and logging in on both kinds of database: what work is done, and what happens in between.
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { hash as argon2, parseOptions } from '@node-rs/argon2';
import type { Database } from 'chassis/postgres/database';
import { Problem } from 'chassis/http/problem';
import { sql } from 'kysely';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { type Accounts, accountsIn } from '../../src/accounts/accounts.ts';
import { ownAccountIn, type Reauthentication } from '../../src/accounts/own-account.ts';
import { type Outbox, outboxIn } from '../../src/events/outbox.ts';
import { createPasswords, DUMMY_HASH, type Passwords } from '../../src/accounts/passwords.ts';
import type { Schema } from '../../src/schema.ts';
import { type Sessions, sessionsIn } from '../../src/sessions/sessions.ts';
import { fakeClock } from '../support/clock.ts';
import { openTestDatabase, silentLog } from '../support/database.ts';

const DEMO_PASSWORD = 'sunny-side-up-2026';

const person = (username: string) => ({
  username,
  email: `${username}@example.org`,
  password: 'correct horse',
});

describeOnBoth('accounts', (newDatabase) => {
  let place: TestDatabase;
  let database: Database<Schema>;
  let passwords: jest.Mocked<Passwords>;
  let sessions: Sessions;
  let outbox: Outbox;
  let accounts: Accounts;

  beforeAll(async () => {
    place = await newDatabase();
    database = await openTestDatabase(place);
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });
  beforeEach(() => {
    const real = createPasswords();
    passwords = {
      hash: jest.fn(real.hash),
      verify: jest.fn(real.verify),
      isOutdated: jest.fn(real.isOutdated),
    };
    sessions = sessionsIn(database.db, { lifeMs: 86_400_000, graceMs: 10_000, log: silentLog });
    outbox = outboxIn(database.db, () => undefined);
    accounts = accountsIn(database.db, passwords, sessions, outbox);
  });

  const hashOf = async (username: string): Promise<string> => {
    const row = await database.db
      .selectFrom('users')
      .select('password_hash')
      .where('username', '=', username)
      .executeTakeFirstOrThrow();
    return row.password_hash;
  };
  const countUsers = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*) from users`.execute(database.db);
    return rows[0]!.count;
  };
  const keepHash = (username: string, password_hash: string) =>
    database.db
      .updateTable('users')
      .set({ password_hash })
      .where('username', '=', username)
      .execute();
  test.each(['cat_sun_dog', 'CAT_sun_DOG', 'cat_sun_dog@example.com', 'Cat_Sun_Dog@Example.COM'])(
    '%s logs in with the demo password',
    async (name) => {
      expect(await accounts.logIn(name, DEMO_PASSWORD)).toMatchObject({
        user: { id: 1, username: 'cat_sun_dog' },
      });
    },
  );

  test.each([
    ['a wrong password', 'cat_sun_dog', undefined],
    ['a name that nobody has', 'nobody_has_it', DUMMY_HASH],
    ['an e-mail that nobody has', 'nobody@example.com', DUMMY_HASH],
    ['what is no name at all', 'two words\0', DUMMY_HASH],
    ['a name in letters that only look alike', 'ｃａｔ_sun_dog', DUMMY_HASH],
    ['half a surrogate pair', '\ud83d', DUMMY_HASH],
  ])('%s costs one verification, and gives nothing', async (_, name, against) => {
    expect(await accounts.logIn(name, 'not the password')).toBeUndefined();
    const hashed = against ?? (await hashOf('cat_sun_dog'));
    expect(passwords.verify.mock.calls).toEqual([[hashed, 'not the password']]);
    expect(passwords.hash).not.toHaveBeenCalled();
  });

  test('a hash of older parameters is made anew by the log-in, which goes on to work', async () => {
    await keepHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096, timeCost: 3 }));
    expect(await accounts.logIn('night_owl', 'not the password')).toBeUndefined();
    expect(parseOptions(await hashOf('night_owl'))).toMatchObject({ memoryCost: 4096 });

    const session = (await accounts.logIn('night_owl', DEMO_PASSWORD))!;
    expect(parseOptions(await hashOf('night_owl'))).toMatchObject({
      memoryCost: 19_456,
      timeCost: 2,
      parallelism: 1,
    });
    expect(await accounts.logIn('night_owl', DEMO_PASSWORD)).toBeDefined();
    expect(passwords.hash).toHaveBeenCalledTimes(1);
    // The sessions from before go on: the password is the same.
    expect(await sessions.refresh(session.refreshToken)).toBeDefined();
  });

  test('two log-ins at once, both with the older hash, are both good', async () => {
    await keepHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096 }));
    const both = [1, 2].map(() => accounts.logIn('night_owl', DEMO_PASSWORD));
    expect(await Promise.all(both)).toEqual([expect.anything(), expect.anything()]);
  });

  test('a hashing that has to wait too long does not spoil the log-in', async () => {
    await keepHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096 }));
    passwords.hash.mockRejectedValueOnce(new Problem('overloaded', 'too much'));
    expect(await accounts.logIn('night_owl', DEMO_PASSWORD)).toBeDefined();
    expect(parseOptions(await hashOf('night_owl'))).toMatchObject({ memoryCost: 4096 });
  });

  test('a hash that is made anew never takes the place of a new password', async () => {
    await keepHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096 }));
    passwords.hash.mockImplementationOnce(async () => {
      await keepHash('night_owl', DUMMY_HASH);
      return argon2(DEMO_PASSWORD);
    });
    await accounts.logIn('night_owl', DEMO_PASSWORD);
    expect(await hashOf('night_owl')).toBe(DUMMY_HASH);
  });

  test('a session whose time is over opens one’s own account no more', async () => {
    const { user, id: sessionId } = await accounts.register(person('sleeper'));
    const clock = fakeClock(new Date().toISOString());
    const own = ownAccountIn(database.db, createPasswords(), outbox, clock.now);
    const who = { userId: user.id, sessionId };
    expect(await own.find(who)).toMatchObject({ username: 'sleeper' });
    clock.advance(86_400_000);
    expect(await own.find(who)).toBeUndefined();
    expect(await own.reauthenticate(who, 'correct horse')).toBeUndefined();
  });

  test('who was logged out by a new password changes nothing and removes nothing', async () => {
    const { user, id: sessionId } = await accounts.register(person('outdated'));
    const own = ownAccountIn(database.db, createPasswords(), outbox);
    const who = { userId: user.id, sessionId };
    const proof = (await own.reauthenticate(who, 'correct horse')) as Reauthentication;
    await own.change(who, { password: 'another horse' }, proof);
    expect(await own.change(who, { email: 'thief@example.org' }, proof)).toBeUndefined();
    expect(await own.remove(who, proof)).toBeUndefined();
    expect(await accounts.logIn('outdated@example.org', 'another horse')).toBeDefined();
  });

  test('who logs in while the password changes gets no session by the old one', async () => {
    const { user, id: sessionId } = await accounts.register(person('changing'));
    const own = ownAccountIn(database.db, createPasswords(), outbox);
    passwords.verify.mockImplementationOnce(async () => {
      const who = { userId: user.id, sessionId };
      await own.change(who, { password: 'another horse' }, { passwordVersion: 1 });
      return true;
    });
    expect(await accounts.logIn('changing', 'correct horse')).toBeUndefined();
    expect(await accounts.logIn('changing', 'another horse')).toBeDefined();
  });

  test('who leaves while logging in gets no session', async () => {
    const { user } = await accounts.register(person('leaving'));
    passwords.verify.mockImplementationOnce(async () => {
      await database.db.deleteFrom('users').where('id', '=', user.id).execute();
      return true;
    });
    expect(await accounts.logIn('leaving', 'correct horse')).toBeUndefined();
  });

  test('a name that is taken costs no hashing', async () => {
    await expect(accounts.register(person('Cat_Sun_Dog'))).rejects.toMatchObject({
      slug: 'conflict',
    });
    expect(passwords.hash).not.toHaveBeenCalled();
  });

  test.each([
    ['username', { ...person('Quick_Cat'), email: 'quick@example.org' }, person('quick_cat')],
    ['email', { ...person('quick_dog'), email: 'SLOW_DOG@example.org' }, person('slow_dog')],
  ])('a %s that is taken during the hashing is refused by the index', async (what, quick, slow) => {
    const real = createPasswords();
    passwords.hash.mockImplementationOnce(async (password) => {
      await accounts.register(quick);
      return real.hash(password);
    });
    const before = await countUsers();
    await expect(accounts.register(slow)).rejects.toMatchObject({
      slug: 'conflict',
      errors: [{ pointer: `/body/${what}`, detail: 'already taken' }],
    });
    expect(await countUsers()).toBe(before + 1);
  });
});
