// A client that is silent for the database server, because its machine has crashed or is frozen.
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { openNotes } from '../support/notes.ts';

const LOCK = 4711;

describeOnServer('a silent client', () => {
  test('that is in a transaction loses its locks after seconds, not hours', async () => {
    const testDatabase = await serverDatabase();
    const open = () =>
      openNotes(
        { DATABASE_URL: testDatabase.settings.DATABASE_URL, DATA_DIR: '' },
        memoryLog().log,
      );
    const [silent, other] = await Promise.all([open(), open()]);
    await Promise.all([silent.prepared, other.prepared]);
    const held = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    const transaction = silent.db
      .transaction()
      .execute(async (tx) => {
        await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx);
        held.resolve();
        await never.promise;
      })
      .catch((error: unknown) => error);
    await held.promise;

    const lock = () =>
      other.db
        .transaction()
        .execute((tx) => sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx))
        .then(
          () => true,
          () => false,
        );
    const start = performance.now();
    // Each attempt waits for the statement timeout, 2 s.
    while (!(await lock())) expect(performance.now() - start).toBeLessThan(20_000);
    expect(performance.now() - start).toBeGreaterThan(1_000);

    never.resolve();
    expect(await transaction).toBeInstanceOf(Error);
    await Promise.all([silent.close(), other.close()]);
    await testDatabase.remove();
  });
});
