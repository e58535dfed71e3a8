// Promises of both kinds of database: migrations, numbers, errors, closing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import type { Migrations } from 'chassis/postgres/migrate';
import { CLUSTER } from 'chassis/postgres/settings';
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
  let testDatabase: TestDatabase;
  let database: Database<Notes>;
  const reopen = async (more: Migrations = {}): Promise<void> => {
    await database?.close();
    database = await openNotes(testDatabase.settings, log, more);
    await database.prepared;
  };
  const selectInt8 = (value: string) =>
    sql<{ n: number }>`select ${sql.lit(value)}::int8 as n`.execute(database.db);
  beforeAll(async () => {
    testDatabase = await newDatabase();
    await reopen();
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  test('returns an int8 as a number, and rejects one that is not a safe integer', async () => {
    expect((await selectInt8('-9007199254740991')).rows).toEqual([{ n: -9_007_199_254_740_991 }]);
    await expect(selectInt8('9007199254740992')).rejects.toMatchObject({ code: '22003' });
    expect((await selectInt8('1')).rows).toEqual([{ n: 1 }]);
  });

  test('rolls back a transaction that fails, and commits the next one', async () => {
    const failing = database.db.transaction().execute(async (tx) => {
      await tx.insertInto('notes').values({ text: 'lost' }).execute();
      await sql`select 1 / 0`.execute(tx);
    });
    await expect(failing).rejects.toMatchObject({ name: 'DatabaseError', code: '22012' });
    const committed = await database.db
      .transaction()
      .execute((tx) => tx.insertInto('notes').values({ text: 'kept' }).returning('text').execute());
    expect(committed).toEqual([{ text: 'kept' }]);
    expect(await read(database)).not.toContain('lost');
  });

  test('keeps its rows after an upgrade and after a downgrade', async () => {
    await write(database, 'old');
    await reopen({ '0002_newer': { up: async () => {} } });
    await write(database, 'new');
    await reopen();
    expect(await database.readiness()).toBeUndefined();
    expect((await read(database)).slice(-2)).toEqual(['old', 'new']);
  });
});

const broken = { '0002_broken': { up: async () => Promise.reject(new Error('no such luck')) } };

describeOnBoth('closing a database', (newDatabase) => {
  test('ends every transaction: those that run, wait for a connection, or start later', async () => {
    const testDatabase = await newDatabase();
    const database = await openNotes(testDatabase.settings, log);
    await database.prepared;
    const insert = () =>
      database.db
        .transaction()
        .execute((tx) => tx.insertInto('notes').values({ text: 'late' }).execute());
    const running = Array.from({ length: 20 }, insert);
    await Promise.race(running);
    await database.close();
    const results = await Promise.allSettled([...running, insert(), insert()]);
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    expect(failures.length).toBeGreaterThanOrEqual(2);
    expect(failures.filter((error) => !isUnavailable(error))).toEqual([]);
    await testDatabase.remove();
  });
});

test('an embedded database whose migration fails stops the start, and unlocks the directory', async () => {
  const testDatabase = await embeddedDatabase();
  await expect(openNotes(testDatabase.settings, log, broken)).rejects.toThrow('no such luck');
  await (await openNotes(testDatabase.settings, log)).close();
  await testDatabase.remove();
});

test('an embedded database of another version stops the start with an error of one line', async () => {
  const testDatabase = await embeddedDatabase();
  const directory = join(testDatabase.settings.DATA_DIR, CLUSTER);
  writeFileSync(join(directory, 'PG_VERSION'), '17\n');
  await expect(openNotes(testDatabase.settings, log)).rejects.toThrow(
    new StartupError(
      `The database in ${directory} cannot be opened: its files are damaged, or another version made them.`,
      { cause: new Error('PGlite failed to initialize properly') },
    ),
  );
  await testDatabase.remove();
});

describeOnServer('a database on a server', () => {
  test('is not ready and names the reason when its migrations fail, while processes of the old release work', async () => {
    const testDatabase = await serverDatabase();
    const { log: recorded, wait } = memoryLog();
    const warned = wait(/The migrations fail/);
    const database = await openNotes(testDatabase.settings, recorded, broken);
    await warned;
    expect(await database.readiness()).toBe('The migrations fail (unknown)');
    const other = await openNotes(testDatabase.settings, log);
    await other.prepared;
    expect(await other.readiness()).toBeUndefined();
    await Promise.all([database.close(), other.close()]);
    await testDatabase.remove();
  });
});
