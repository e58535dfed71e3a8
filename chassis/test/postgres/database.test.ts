// What both kinds of database promise: migrations, numbers, errors, closing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import type { Migrations } from 'chassis/postgres/migrate';
import { CLUSTER } from 'chassis/postgres/embedded';
import { isUnavailable } from 'chassis/postgres/errors';
import { StartupError } from 'chassis/base/startup-error';
import { sql } from 'kysely';
import {
  describeOnBoth,
  describeOnServer,
  embeddedDatabase,
  serverDatabase,
  type TestDatabase,
} from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { type Notes, openNotes, read, write } from '../support/notes.ts';

const { log } = memoryLog();

describeOnBoth('a database', (newDatabase) => {
  let place: TestDatabase;
  let database: Database<Notes>;
  const reopen = async (more: Migrations = {}): Promise<void> => {
    await database?.close();
    database = await openNotes(place.settings, log, more);
    await database.prepared;
  };
  const one = (value: string) =>
    sql<{ n: number }>`select ${sql.lit(value)}::int8 as n`.execute(database.db);
  beforeAll(async () => {
    place = await newDatabase();
    await reopen();
  });
  afterAll(async () => {
    await database.close();
    await place.remove();
  });

  test('gives an int8 as a number, and refuses one that does not fit', async () => {
    expect((await one('-9007199254740991')).rows).toEqual([{ n: -9_007_199_254_740_991 }]);
    await expect(one('9007199254740992')).rejects.toMatchObject({ code: '22003' });
    expect((await one('1')).rows).toEqual([{ n: 1 }]);
  });

  test('a transaction that fails leaves nothing behind, and the next one works', async () => {
    const failing = database.db.transaction().execute(async (tx) => {
      await tx.insertInto('notes').values({ text: 'lost' }).execute();
      await sql`select 1 / 0`.execute(tx);
    });
    await expect(failing).rejects.toMatchObject({ name: 'DatabaseError', code: '22012' });
    const kept = await database.db
      .transaction()
      .execute((tx) => tx.insertInto('notes').values({ text: 'kept' }).returning('text').execute());
    expect(kept).toEqual([{ text: 'kept' }]);
    expect(await read(database)).not.toContain('lost');
  });

  test('keeps its rows over a newer release and back to the release before', async () => {
    await write(database, 'old');
    await reopen({ '0002_newer': { up: async () => {} } });
    await write(database, 'new');
    await reopen();
    expect(await database.readiness()).toBeUndefined();
    expect((await read(database)).slice(-2)).toEqual(['old', 'new']);
  });
});

const broken = { '0002_broken': { up: async () => Promise.reject(new Error('no such luck')) } };

describeOnBoth('a database that is closed', (newDatabase) => {
  test('ends every transaction, of those that run, wait for their turn, or come later', async () => {
    const place = await newDatabase();
    const database = await openNotes(place.settings, log);
    await database.prepared;
    const insert = () =>
      database.db
        .transaction()
        .execute((tx) => tx.insertInto('notes').values({ text: 'late' }).execute());
    const running = Array.from({ length: 20 }, insert);
    await Promise.race(running);
    await database.close();
    const results = await Promise.allSettled([...running, insert(), insert()]);
    const failures = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(failures.length).toBeGreaterThanOrEqual(2);
    expect(failures.filter((error) => !isUnavailable(error))).toEqual([]);
    await place.remove();
  });
});

test('an embedded database whose migration fails stops the start, and leaves the directory free', async () => {
  const place = await embeddedDatabase();
  await expect(openNotes(place.settings, log, broken)).rejects.toThrow('no such luck');
  await (await openNotes(place.settings, log)).close();
  await place.remove();
});

test('an embedded database that another version made is told in one line', async () => {
  const place = await embeddedDatabase();
  const directory = join(place.settings.DATA_DIR, CLUSTER);
  writeFileSync(join(directory, 'PG_VERSION'), '17\n');
  await expect(openNotes(place.settings, log)).rejects.toThrow(
    new StartupError(
      `The database in ${directory} cannot be opened: its files are damaged, or another version made them.`,
      { cause: new Error('PGlite failed to initialize properly') },
    ),
  );
  await place.remove();
});

describeOnServer('a database on a server', () => {
  test('whose migration fails is not ready and says why, while others go on with what they have', async () => {
    const place = await serverDatabase();
    const { log: heard, wait } = memoryLog();
    const warned = wait(/The migrations fail/);
    const database = await openNotes(place.settings, heard, broken);
    await warned;
    expect(await database.readiness()).toBe('The migrations fail (unknown)');
    const other = await openNotes(place.settings, log);
    await other.prepared;
    expect(await other.readiness()).toBeUndefined();
    await Promise.all([database.close(), other.close()]);
    await place.remove();
  });
});
