// Registration and login on both kinds of database: the hashing that they cost, and changes that happen meanwhile.
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

const registration = (username: string) => ({
  username,
  email: `${username}@example.org`,
  password: 'correct horse',
});

const allowAll = (): void => undefined;

describeOnBoth('accounts', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let passwords: jest.Mocked<Passwords>;
  let sessions: Sessions;
  let outbox: Outbox;
  let accounts: Accounts;

  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });
  beforeEach(() => {
    const real = createPasswords();
    passwords = {
      hash: jest.fn(real.hash),
      verify: jest.fn(real.verify),
      isOutdated: jest.fn(real.isOutdated),
    };
    sessions = sessionsIn(database.db, {
      lifeMs: 86_400_000,
      maxLifeMs: 86_400_000,
      maxPerUser: 50,
      log: silentLog,
    });
    outbox = outboxIn(database.db, () => undefined);
    accounts = accountsIn(database.db, passwords, sessions, outbox, allowAll);
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
  const setHash = (username: string, password_hash: string) =>
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
    ['an unknown name', 'nobody_has_it', DUMMY_HASH],
    ['an unknown e-mail', 'nobody@example.com', DUMMY_HASH],
    ['a text that cannot be a name', 'two words\0', DUMMY_HASH],
    ['a name in letters that only look like those of a user', 'ｃａｔ_sun_dog', DUMMY_HASH],
    ['half a surrogate pair', '\ud83d', DUMMY_HASH],
  ])(
    'a login with %s costs one verification, and returns no session',
    async (_, name, expectedHash) => {
      expect(await accounts.logIn(name, 'not the password')).toBeUndefined();
      const hashed = expectedHash ?? (await hashOf('cat_sun_dog'));
      expect(passwords.verify.mock.calls).toEqual([[hashed, 'not the password']]);
      expect(passwords.hash).not.toHaveBeenCalled();
    },
  );

  test('a login replaces a hash of older parameters, and later logins succeed', async () => {
    await setHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096, timeCost: 3 }));
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
    // Earlier sessions continue, since the password is the same.
    expect(await sessions.refresh(session.refreshToken)).toBeDefined();
  });

  test('two concurrent logins with the older hash both succeed', async () => {
    await setHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096 }));
    const both = [1, 2].map(() => accounts.logIn('night_owl', DEMO_PASSWORD));
    expect(await Promise.all(both)).toEqual([expect.anything(), expect.anything()]);
  });

  test('a login succeeds also when its new hashing is rejected as overloaded', async () => {
    await setHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096 }));
    passwords.hash.mockRejectedValueOnce(new Problem('overloaded', 'too much'));
    expect(await accounts.logIn('night_owl', DEMO_PASSWORD)).toBeDefined();
    expect(parseOptions(await hashOf('night_owl'))).toMatchObject({ memoryCost: 4096 });
  });

  test('a login that replaces a hash never overwrites a new password', async () => {
    await setHash('night_owl', await argon2(DEMO_PASSWORD, { memoryCost: 4096 }));
    passwords.hash.mockImplementationOnce(async () => {
      await setHash('night_owl', DUMMY_HASH);
      return argon2(DEMO_PASSWORD);
    });
    await accounts.logIn('night_owl', DEMO_PASSWORD);
    expect(await hashOf('night_owl')).toBe(DUMMY_HASH);
  });

  test('an expired session no longer gives access to the account', async () => {
    const { user, id: sessionId } = await accounts.register(registration('sleeper'));
    const clock = fakeClock(new Date().toISOString());
    const ownAccount = ownAccountIn(database.db, createPasswords(), outbox, allowAll, clock.now);
    const viewer = { userId: user.id, sessionId };
    expect(await ownAccount.find(viewer)).toMatchObject({ username: 'sleeper' });
    clock.advance(86_400_000);
    expect(await ownAccount.find(viewer)).toBeUndefined();
    expect(await ownAccount.reauthenticate(viewer, 'correct horse')).toBeUndefined();
  });

  test('a reauthentication with an old password changes nothing and deletes nothing', async () => {
    const { user, id: sessionId } = await accounts.register(registration('outdated'));
    const ownAccount = ownAccountIn(database.db, createPasswords(), outbox, allowAll);
    const viewer = { userId: user.id, sessionId };
    const reauthentication = (await ownAccount.reauthenticate(
      viewer,
      'correct horse',
    )) as Reauthentication;
    await ownAccount.change(viewer, { password: 'another horse' }, reauthentication);
    for (const write of [
      ownAccount.change(viewer, { email: 'thief@example.org' }, reauthentication),
      ownAccount.remove(viewer, reauthentication),
    ])
      await expect(write).rejects.toMatchObject({ slug: 'forbidden' });
    expect(await accounts.logIn('outdated@example.org', 'another horse')).toBeDefined();
  });

  test('a login with the old password gets no session when the password changes meanwhile', async () => {
    const { user, id: sessionId } = await accounts.register(registration('changing'));
    const ownAccount = ownAccountIn(database.db, createPasswords(), outbox, allowAll);
    passwords.verify.mockImplementationOnce(async () => {
      const viewer = { userId: user.id, sessionId };
      await ownAccount.change(viewer, { password: 'another horse' }, { passwordVersion: 1 });
      return true;
    });
    expect(await accounts.logIn('changing', 'correct horse')).toBeUndefined();
    expect(await accounts.logIn('changing', 'another horse')).toBeDefined();
  });

  test('a login gets no session when the account is deleted meanwhile', async () => {
    const { user } = await accounts.register(registration('leaving'));
    passwords.verify.mockImplementationOnce(async () => {
      await database.db.deleteFrom('users').where('id', '=', user.id).execute();
      return true;
    });
    expect(await accounts.logIn('leaving', 'correct horse')).toBeUndefined();
  });

  test('a registration with a taken name costs no hashing', async () => {
    await expect(accounts.register(registration('Cat_Sun_Dog'))).rejects.toMatchObject({
      slug: 'conflict',
    });
    expect(passwords.hash).not.toHaveBeenCalled();
  });

  test.each([
    [
      'username',
      { ...registration('Quick_Cat'), email: 'quick@example.org' },
      registration('quick_cat'),
    ],
    [
      'email',
      { ...registration('quick_dog'), email: 'SLOW_DOG@example.org' },
      registration('slow_dog'),
    ],
  ])(
    'a registration whose %s is taken during the hashing is rejected by the index',
    async (field, quick, slow) => {
      const real = createPasswords();
      passwords.hash.mockImplementationOnce(async (password) => {
        await accounts.register(quick);
        return real.hash(password);
      });
      const before = await countUsers();
      await expect(accounts.register(slow)).rejects.toMatchObject({
        slug: 'conflict',
        errors: [{ pointer: `/body/${field}`, detail: 'already taken' }],
      });
      expect(await countUsers()).toBe(before + 1);
    },
  );
});
