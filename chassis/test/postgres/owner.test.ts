// A service whose role owns no table: another role runs the migrations.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeOnServer, serverDatabase, serviceRole } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { sql } from 'kysely';
import { openNotes, read, write } from '../support/notes.ts';

describeOnServer('a service that is not the owner of its tables', () => {
  let role: Awaited<ReturnType<typeof serviceRole>>;
  beforeAll(async () => {
    role = await serviceRole(await serverDatabase());
  });
  afterAll(() => role.remove());

  const open = async (more?: Parameters<typeof openNotes>[2]) => {
    const database = await openNotes(role.settings, memoryLog().log, more);
    await database.prepared;
    return database;
  };

  test('reads and writes rows, also while several instances start and of tables that come later', async () => {
    const databases = await Promise.all([open(), open(), open()]);
    await write(databases[0], 'a note');
    expect(await read(databases[1])).toEqual(['a note']);
    for (const database of databases) await database.close();

    const later = await open({
      '0002_marks': {
        up: (db) => db.schema.createTable('marks').addColumn('id', 'integer').execute(),
      },
    });
    await sql`insert into marks values (1)`.execute(later.db);
    await later.close();
  });

  test.each([
    'create table mine (id integer)',
    'alter table notes disable trigger all',
    'drop table notes',
    'truncate notes',
    'delete from kysely_migration',
  ])('may not: %s', async (statement) => {
    const database = await open();
    await expect(sql.raw(statement).execute(database.db)).rejects.toThrow('database error 42501');
    await database.close();
  });
});
