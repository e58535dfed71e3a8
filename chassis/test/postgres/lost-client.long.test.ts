// A client that the database's server hears nothing of any more: its machine is gone, or stands still.
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { openNotes } from '../support/notes.ts';

const LOCK = 4711;

describeOnServer('a client that is lost', () => {
  test('in the midst of a transaction holds its locks for some seconds, not for hours', async () => {
    const place = await serverDatabase();
    const open = () =>
      openNotes({ DATABASE_URL: place.settings.DATABASE_URL, DATA_DIR: '' }, memoryLog().log);
    const [lost, other] = await Promise.all([open(), open()]);
    await Promise.all([lost.prepared, other.prepared]);
    const held = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    const standing = lost.db
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
    const since = performance.now();
    // Each waits for as long as a statement may, 2 s.
    while (!(await lock())) expect(performance.now() - since).toBeLessThan(20_000);
    expect(performance.now() - since).toBeGreaterThan(1_000);

    never.resolve();
    expect(await standing).toBeInstanceOf(Error);
    await Promise.all([lost.close(), other.close()]);
    await place.remove();
  });
});
