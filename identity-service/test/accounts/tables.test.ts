// The table of users, on both kinds of database.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { describeOnBoth, describeOnServer, serverDatabase } from 'chassis/testing/database';
import type { TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { seed } from '../../src/demo.ts';
import type { Schema } from '../../src/schema.ts';
import { profilesIn } from '../../src/accounts/profiles.ts';
import { openTestDatabase } from '../support/database.ts';

const newUser = (username: string, email = `${username}@example.org`) => ({
  username,
  email,
  password_hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
});

describeOnBoth('the table of users', (newDatabase) => {
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

  test('has numbers as ids, and continues after the demo users', async () => {
    const { id } = await database.db
      .insertInto('users')
      .values(newUser('first_guest'))
      .returning('id')
      .executeTakeFirstOrThrow();
    expect(id).toBe(7);
    expect(await profilesIn(database.db).find(7)).toEqual({ id: 7, username: 'first_guest' });
  });

  test('returns many users in the order of the ids', async () => {
    const found = await profilesIn(database.db).findMany([5, 9_007_199_254_740_991, 1]);
    expect(found.map(({ id }) => id)).toEqual([5, 1]);
  });

  test.each([
    ['a name taken in another case', newUser('CAT_SUN_DOG'), '23505'],
    ['an e-mail taken in another case', newUser('someone', 'Early_Bird@Example.com'), '23505'],
    ['a name with a space', newUser('two words'), '23514'],
    ['a name that is too short', newUser('ab'), '23514'],
    ['a name that is too long', newUser('a'.repeat(31)), '23514'],
    ['an e-mail without @', newUser('someone', 'example.com'), '23514'],
    ['a password in plain text', { ...newUser('someone'), password_hash: 'secret' }, '23514'],
    ['an id beyond 2^53 − 1', { ...newUser('someone'), id: 2 ** 53 }, '23514'],
  ])('rejects %s by its own constraints', async (_, user, code) => {
    await expect(database.db.insertInto('users').values(user).execute()).rejects.toMatchObject({
      code,
    });
  });

  test('throws errors without values, so that no value can reach a log', async () => {
    const rejection: unknown = await database.db
      .insertInto('users')
      .values(newUser('someone', 'early_bird@example.com'))
      .execute()
      .catch((error: unknown) => error);
    const { message, stack, ...rest } = rejection as Error;
    expect(JSON.stringify([message, stack, rest])).not.toMatch(
      /example\.com|someone|argon2id|insert into/,
    );
    expect(rest).toMatchObject({ code: '23505', constraint: 'users_email_key' });
  });

  test('gets no demo users when it has users', async () => {
    await database.db.deleteFrom('users').where('id', '<', 7).execute();
    await seed(database.db);
    expect(await profilesIn(database.db).find(1)).toBeUndefined();
  });
});

describeOnServer('instances of Identity that start at the same time', () => {
  test('create the tables and the demo users once', async () => {
    const testDatabase = await serverDatabase();
    const { log, lines } = memoryLog();
    const databases = await Promise.all(
      Array.from({ length: 8 }, () => openTestDatabase(testDatabase, log)),
    );
    // No instance failed and retried.
    expect(lines.map(({ level }) => level)).toEqual([30]);
    expect(await databases[0]!.db.selectFrom('users').select('id').execute()).toHaveLength(6);
    expect(await Promise.all(databases.map((each) => each.readiness()))).toEqual(
      Array(8).fill(undefined),
    );
    await Promise.all(databases.map((each) => each.close()));
    await testDatabase.remove();
  });
});
