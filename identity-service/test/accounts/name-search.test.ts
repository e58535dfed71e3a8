// Users by name and by the beginning of a name, on both kinds of database.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { sql } from 'kysely';
import { profilesIn, searchQuery, type Profiles } from '../../src/accounts/profiles.ts';
import type { Schema } from '../../src/schema.ts';
import { openTestDatabase } from '../support/database.ts';

describeOnBoth('the search for names', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let profiles: Profiles;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase, undefined, false);
    profiles = profilesIn(database.db);
    const names = ['Cat', 'cat_sun_dog', 'CAT_1', 'cat2', 'cattle', 'ca_t', 'dog', 'catZ', 'cau'];
    await database.db
      .insertInto('users')
      .values(
        names.map((username) => ({
          username,
          email: `${username}@example.org`,
          password_hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
        })),
      )
      .execute();
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const search = async (prefix: string, after?: string, limit = 10) =>
    (await profiles.search({ prefix, after, limit })).map(({ username }) => username);

  test('finds names with the prefix in any case, the exact match first', async () => {
    const found = ['Cat', 'cat2', 'CAT_1', 'cat_sun_dog', 'cattle', 'catZ'];
    expect(await search('cat')).toEqual(found);
    expect(await search('CaT')).toEqual(found);
  });

  test('takes _ for a letter like any other, and not for a wildcard', async () => {
    expect(await search('cat_')).toEqual(['CAT_1', 'cat_sun_dog']);
  });

  test('continues after a name, and ends with the last one', async () => {
    expect(await search('cat', undefined, 3)).toEqual(['Cat', 'cat2', 'CAT_1']);
    expect(await search('cat', 'cat_1', 3)).toEqual(['cat_sun_dog', 'cattle', 'catZ']);
    expect(await search('cat', 'catz', 3)).toEqual([]);
  });

  test('finds the user of a name in any case, and nobody for a part of it', async () => {
    expect(await profiles.findByName('CAT_SUN_DOG')).toMatchObject({ username: 'cat_sun_dog' });
    expect(await profiles.findByName('cat_sun_do')).toBeUndefined();
  });

  test('reads one range of the index, in its order, among ten thousand users', async () => {
    const { db } = database;
    await sql`
      insert into users (username, email, password_hash)
      select 'user_' || n, 'user_' || n || '@example.org', '$argon2id$x'
      from generate_series(1, 10000) as n`.execute(db);
    await sql`analyze users`.execute(db);
    for (const after of [undefined, 'user_42']) {
      const query = searchQuery({ prefix: 'user_', after, limit: 21 });
      const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${query}`.execute(db);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan using users_username_key/);
      expect(plan).toMatch(/Index Cond: .*lower\(username\).*lower\(username\)/);
      expect(plan).not.toMatch(/Sort|Seq Scan|Filter/);
    }
  });
});
