// The users' tables, on both kinds of database.
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

describeOnBoth('the users', (newDatabase) => {
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

  test('ids are numbers, and new users go on after the demo users', async () => {
    const { id } = await database.db
      .insertInto('users')
      .values(newUser('first_guest'))
      .returning('id')
      .executeTakeFirstOrThrow();
    expect(id).toBe(7);
    expect(await profilesIn(database.db).find(7)).toEqual({ id: 7, username: 'first_guest' });
  });

  test('many are found in the order asked for', async () => {
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
  ])('%s is refused by the database itself', async (_, user, code) => {
    await expect(database.db.insertInto('users').values(user).execute()).rejects.toMatchObject({
      code,
    });
  });

  test('an error names no value, so none can reach a log', async () => {
    const refused: unknown = await database.db
      .insertInto('users')
      .values(newUser('someone', 'early_bird@example.com'))
      .execute()
      .catch((error: unknown) => error);
    const { message, stack, ...rest } = refused as Error;
    expect(JSON.stringify([message, stack, rest])).not.toMatch(
      /example\.com|someone|argon2id|insert into/,
    );
    expect(rest).toMatchObject({ code: '23505', constraint: 'users_email_key' });
  });

  test('a database with users gets no demo users', async () => {
    await database.db.deleteFrom('users').where('id', '<', 7).execute();
    await seed(database.db);
    expect(await profilesIn(database.db).find(1)).toBeUndefined();
  });
});

describeOnServer('instances of Identity that start at once', () => {
  test('make the tables and the demo users once', async () => {
    const place = await serverDatabase();
    const { log, lines } = memoryLog();
    const all = await Promise.all(Array.from({ length: 8 }, () => openTestDatabase(place, log)));
    // None of them failed and tried again.
    expect(lines.map(({ level }) => level)).toEqual([30]);
    expect(await all[0]!.db.selectFrom('users').select('id').execute()).toHaveLength(6);
    expect(await Promise.all(all.map((each) => each.readiness()))).toEqual(
      Array(8).fill(undefined),
    );
    await Promise.all(all.map((each) => each.close()));
    await place.remove();
  });
});
