// Readers never skip an offset, whatever the order in which transactions commit.
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { describeOnBoth, describeOnServer, serverDatabase } from 'chassis/testing/database';
import { appendEvents } from '../../src/events/outbox.ts';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import { foldUsernames, usernamesOf, summaryOf } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { addUsers, renameUsers } from '../support/concurrent-renames.ts';
import { readLogUntil } from '../support/event-log.ts';

const renamed = (id: number, username: string) => ({ type: 'UserUpdated', id, username }) as const;

describeOnServer('a writer', () => {
  test('gets its offset only when the writer before it has committed or rolled back', async () => {
    const testDatabase = await serverDatabase();
    const database = await openTestDatabase(testDatabase);
    const { db } = database;
    const log = eventReaderIn(db);
    const start = await log.endOffset();
    for (const outcome of ['commits', 'rolls back'] as const) {
      const written = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const slow = db.transaction().execute(async (tx) => {
        await appendEvents(tx, [renamed(1, 'slow_one')]);
        written.resolve();
        await end.promise;
        if (outcome === 'rolls back') throw new Error('roll back');
      });
      await written.promise;
      let isOver = false;
      const quick = db
        .transaction()
        .execute((tx) => appendEvents(tx, [renamed(2, 'quick_one')]))
        .finally(() => (isOver = true));
      await pause(200);
      // Without the lock, the quick event would be stored by now, and a reader would have passed the offset of the slow one.
      expect([isOver, await log.endOffset()]).toEqual([
        false,
        outcome === 'commits' ? start : start + 2,
      ]);
      end.resolve();
      await Promise.allSettled([slow]);
      await quick;
    }
    const { events } = await log.after(start);
    expect(summaryOf(events)).toEqual([
      ['UserUpdated', 1, 'slow_one'],
      ['UserUpdated', 2, 'quick_one'],
      ['UserUpdated', 2, 'quick_one'],
    ]);
    // The offset of the transaction that rolled back stays unused.
    expect(events.map(({ id }) => Number(id) - start)).toEqual([1, 2, 4]);
    await database.close();
    await testDatabase.remove();
  });
});

describeOnBoth(
  'many writers, some slow and some rolled back, and a concurrent reader',
  (newDatabase) => {
    test('the reader gets every event once, in order, and ends with the right names', async () => {
      const testDatabase = await newDatabase();
      const embedded = testDatabase.settings.DATABASE_URL === undefined;
      const databases = [await openTestDatabase(testDatabase, undefined, false)];
      if (!embedded)
        databases.push(
          await openTestDatabase(testDatabase, undefined, false),
          await openTestDatabase(testDatabase, undefined, false),
        );
      const [{ db }] = databases as [(typeof databases)[0]];
      await addUsers(db);

      const writers = Array.from({ length: 8 }, (_, at) =>
        renameUsers(databases[at % databases.length]!.db, at, embedded ? 9 : 90),
      );
      let isOver = false;
      const reading = readLogUntil(databases.at(-1)!.db, () => isOver);
      const committed = (await Promise.all(writers)).flat();
      isOver = true;
      const readEvents = await reading;

      const updates = readEvents.filter(({ type }) => type === 'UserUpdated');
      expect(usernamesOf(updates).toSorted()).toEqual(committed.toSorted());
      const offsets = readEvents.map(({ id }) => Number(id));
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      const users = await db.selectFrom('users').select(['id', 'username']).execute();
      expect(foldUsernames(readEvents)).toEqual(
        new Map(users.map(({ id, username }) => [id, username])),
      );
      expect(committed).toHaveLength(8 * (embedded ? 6 : 60));
      await Promise.all(databases.map((each) => each.close()));
      await testDatabase.remove();
    });
  },
);
