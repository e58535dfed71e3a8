// Migrations on a server that other processes use meanwhile.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';
import { describeOnServer, serverDatabase, type TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { until } from 'chassis/testing/until';
import { openNotes, read, write } from '../support/notes.ts';

const LIMIT_MS = 20_000;
const MORE = {
  '0002_more': {
    async up(db: Kysely<unknown>) {
      await sql`alter table notes add column more text`.execute(db);
    },
  },
};

describeOnServer('a migration that waits for a lock', () => {
  let testDatabase: TestDatabase;
  let client: Client;
  beforeEach(async () => {
    testDatabase = await serverDatabase();
    client = new Client({ connectionString: testDatabase.settings.DATABASE_URL });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await testDatabase.remove();
  });

  test('gives way to the statements of older releases, and is done when the lock is free', async () => {
    const old = await openNotes(testDatabase.settings, memoryLog().log);
    await old.prepared;
    await write(old, 'a note');
    // A backup or a report that takes long.
    await client.query('begin; lock table notes in access share mode');

    const { log, lines } = memoryLog();
    const current = await openNotes(testDatabase.settings, log, MORE);
    const isWaiting = async () =>
      (
        await sql<{
          waits: boolean;
        }>`select exists(select 1 from pg_locks where not granted) as waits`.execute(old.db)
      ).rows[0]?.waits;
    await until('the migration waits', isWaiting, LIMIT_MS);
    expect(await read(old)).toEqual(['a note']);
    await until('the migration gives up', () => lines.length > 0, LIMIT_MS);
    expect(lines[0]).toMatchObject({ level: 40, msg: 'A migration waits for a lock (55P03)' });
    expect(await current.readiness()).toBe('A migration waits for a lock (55P03)');

    await client.query('commit');
    await current.prepared;
    await sql`select more from notes`.execute(current.db);
    await Promise.all([old.close(), current.close()]);
  });
});
