// The limits on password attempts, on both kinds of database.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { type HeaderFields, Problem } from 'chassis/http/problem';
import {
  describeOnBoth,
  describeOnServer,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import type { Attempt } from '../../src/limits/limiter.ts';
import { type RateLimits, rateLimitsIn } from '../../src/limits/rate-limits.ts';
import type { Schema } from '../../src/schema.ts';
import { openTestDatabase } from '../support/database.ts';

const settings = {
  perAccount: 3,
  perAddress: 5,
  windowS: 900,
  registrations: 2,
  nameChanges: 2,
};
const HOME = '192.0.2.1';

/** Runs an attempt to its end. @returns the header fields of its answer */
const run = async (attempt: Promise<Attempt>, isRight: boolean): Promise<HeaderFields> => {
  const { headers } = await (
    await attempt
  ).run(
    () => Promise.resolve(),
    () => isRight,
  );
  return headers;
};
const fail = (attempt: Promise<Attempt>) => run(attempt, false);
const succeed = (attempt: Promise<Attempt>) => run(attempt, true);

/** Returns the headers of the 429; undefined when the attempt is allowed. */
const rejectionOf = (attempt: Promise<Attempt>): Promise<HeaderFields | undefined> =>
  fail(attempt).then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof Problem) || error.slug !== 'too-many-requests') throw error;
      return error.headers;
    },
  );

describeOnBoth('login attempts', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let limits: RateLimits;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });
  beforeEach(async () => {
    await database.db.deleteFrom('login_attempts').execute();
    limits = rateLimitsIn(database.db, settings);
  });
  const endWindow = () =>
    database.db
      .updateTable('login_attempts')
      .set({ expire: Date.now() - 1 })
      .execute();

  test('report what remains of both limits', async () => {
    const headers = await fail(limits.logIn('cat', HOME));
    expect(headers).toEqual({
      RateLimit: expect.stringMatching(/^"address";r=4;t=(900|899), "account";r=2;t=(900|899)$/),
      'RateLimit-Policy': '"address";q=5;w=900, "account";q=3;w=900',
    });
  });

  test('are limited for each account, in any case and from any address', async () => {
    const addresses = [HOME, '192.0.2.2', '2001:db8::1'];
    for (const address of addresses)
      expect(await rejectionOf(limits.logIn('cat', address))).toBeUndefined();
    expect(await rejectionOf(limits.logIn('CAT', '192.0.2.3'))).toEqual({
      RateLimit: expect.stringMatching(/^"account";r=0;t=(900|89\d)$/),
      'RateLimit-Policy': '"account";q=3;w=900',
      'Retry-After': expect.stringMatching(/^(900|89\d)$/),
    });
    expect(await rejectionOf(limits.logIn('dog', '192.0.2.3'))).toBeUndefined();
  });

  test('are limited for each address, for all accounts together; IPv6 addresses by their /64', async () => {
    for (let at = 1; at <= 5; at += 1)
      expect(await rejectionOf(limits.logIn(`cat ${at}`, `2001:db8::${at}`))).toBeUndefined();
    expect(await rejectionOf(limits.logIn('cat 6', '2001:db8::6'))).toMatchObject({
      'RateLimit-Policy': '"address";q=5;w=900',
    });
    expect(await rejectionOf(limits.logIn('cat 6', '2001:db8:0:1::6'))).toBeUndefined();
  });

  test('from an address above its limit do not count for the account', async () => {
    for (let at = 1; at <= 5; at += 1) await fail(limits.logIn(`dog ${at}`, HOME));
    for (let at = 1; at <= 5; at += 1) await rejectionOf(limits.logIn('cat', HOME));
    expect(await rejectionOf(limits.logIn('cat', '192.0.2.2'))).toBeUndefined();
  });

  test('that succeed reset the count of the account, and do not count for the address', async () => {
    for (let round = 1; round <= 3; round += 1) {
      await fail(limits.logIn('cat', HOME));
      expect(await succeed(limits.logIn('cat', HOME))).toMatchObject({
        RateLimit: expect.stringMatching(
          new RegExp(`^"address";r=${5 - round};t=\\d+, "account";r=3;t=\\d+$`),
        ),
      });
    }
  });

  test('do not count when the password could not be checked', async () => {
    const failing = async (): Promise<void> => {
      const attempt = await limits.logIn('cat', HOME);
      await attempt.run(
        () => Promise.reject(new Error('away')),
        () => false,
      );
    };
    for (let at = 1; at <= 7; at += 1) await expect(failing()).rejects.toThrow('away');
    expect(await fail(limits.logIn('cat', HOME))).toMatchObject({
      RateLimit: expect.stringMatching(/^"address";r=4;t=\d+, "account";r=2;t=\d+$/),
    });
  });

  test('are counted from zero again when the window is over', async () => {
    for (let at = 1; at <= 4; at += 1) await rejectionOf(limits.logIn('cat', HOME));
    expect(await rejectionOf(limits.logIn('cat', HOME))).toBeDefined();
    await endWindow();
    expect(await fail(limits.logIn('cat', HOME))).toMatchObject({
      RateLimit: expect.stringMatching(/"account";r=2/),
    });
  });

  test('that succeed in a later window than they began in leave no more than the limit', async () => {
    const attempt = await limits.logIn('cat', HOME);
    const { headers } = await attempt.run(endWindow, () => true);
    expect(headers).toMatchObject({
      RateLimit: expect.stringMatching(/^"address";r=5;t=\d+, "account";r=3;t=\d+$/),
    });
  });

  test('do not prolong the window when they are rejected', async () => {
    for (let at = 1; at <= 3; at += 1) await fail(limits.logIn('cat', HOME));
    const expire = Date.now() + 10_000;
    await database.db.updateTable('login_attempts').set({ expire }).execute();
    expect(await rejectionOf(limits.logIn('cat', HOME))).toMatchObject({
      'Retry-After': expect.stringMatching(/^(10|9)$/),
    });
  });

  test('are allowed exactly up to the limit when they come at the same time', async () => {
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, at) => rejectionOf(limits.logIn('cat', `192.0.2.${at}`))),
    );
    expect(all.filter((headers) => headers === undefined)).toHaveLength(3);
  });

  test('with the right password are never refused, however many there are at the same time', async () => {
    const all = Array.from({ length: 20 }, () => succeed(limits.logIn('cat', HOME)));
    await Promise.all(all);
    expect(await fail(limits.logIn('cat', HOME))).toMatchObject({
      RateLimit: expect.stringMatching(/^"address";r=4;t=\d+, "account";r=2;t=\d+$/),
    });
  });

  test('that wait for the outcome of others are a 503 when it takes too long', async () => {
    const attempts = await Promise.all([1, 2, 3].map(() => limits.logIn('cat', HOME)));
    await expect(succeed(limits.logIn('cat', HOME))).rejects.toMatchObject({ slug: 'overloaded' });
    await Promise.all(attempts.map((attempt) => succeed(Promise.resolve(attempt))));
    expect(await rejectionOf(limits.logIn('cat', HOME))).toBeUndefined();
  });

  test('at an account above its limit do not count for the address', async () => {
    for (let at = 1; at <= 3; at += 1) await fail(limits.logIn('cat', '192.0.2.2'));
    for (let at = 1; at <= 9; at += 1) await rejectionOf(limits.logIn('cat', HOME));
    expect(await fail(limits.logIn('dog', HOME))).toMatchObject({
      RateLimit: expect.stringMatching(/^"address";r=4;/),
    });
  });

  test('to register are limited for each address, and those to change names for each user', async () => {
    for (const limited of [
      (key: number) => limits.register(`192.0.2.${key}`),
      (key: number) => limits.changeNames(key),
    ]) {
      for (let at = 1; at <= 2; at += 1) await fail(limited(1));
      expect(await rejectionOf(limited(1))).toMatchObject({ 'Retry-After': expect.any(String) });
      expect(await rejectionOf(limited(2))).toBeUndefined();
    }
  });

  test('to reauthenticate have a separate count for each user', async () => {
    for (let at = 1; at <= 3; at += 1) await fail(limits.reauthenticate(1));
    expect(await rejectionOf(limits.reauthenticate(1))).toMatchObject({
      'Retry-After': expect.any(String),
    });
    expect(await rejectionOf(limits.reauthenticate(2))).toBeUndefined();
    expect(await rejectionOf(limits.logIn('1', HOME))).toBeUndefined();
  });

  test('are stored without a name or an address, and deleted when their window is over', async () => {
    await fail(limits.logIn('cat_sun_dog@example.com', HOME));
    await fail(limits.reauthenticate(4711));
    const stored = await database.db.selectFrom('login_attempts').selectAll().execute();
    expect(stored).toHaveLength(3);
    expect(JSON.stringify(stored)).not.toMatch(/cat_sun|example|192\.0|4711/);
    await limits.deleteExpired();
    expect(await database.db.selectFrom('login_attempts').select('key').execute()).toHaveLength(3);
    await endWindow();
    await limits.deleteExpired();
    expect(await database.db.selectFrom('login_attempts').select('key').execute()).toEqual([]);
  });
});

describeOnServer('two instances on one server', () => {
  test('count together, and continue to count after a restart', async () => {
    const testDatabase = await serverDatabase();
    const [one, other] = [
      await openTestDatabase(testDatabase),
      await openTestDatabase(testDatabase),
    ];
    const [here, there] = [one, other].map(({ db }) => rateLimitsIn(db, settings)) as [
      RateLimits,
      RateLimits,
    ];
    const all = Array.from({ length: 10 }, (_, at) =>
      rejectionOf((at % 2 ? here : there).logIn('cat', `192.0.2.${at}`)),
    );
    expect((await Promise.all(all)).filter((headers) => headers === undefined)).toHaveLength(3);
    await Promise.all([one.close(), other.close()]);

    const next = await openTestDatabase(testDatabase);
    expect(await rejectionOf(rateLimitsIn(next.db, settings).logIn('cat', HOME))).toBeDefined();
    await next.close();
    await testDatabase.remove();
  });
});
