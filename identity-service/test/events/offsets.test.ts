// Positions never skip, whatever order transactions commit in.
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
  test('gets its position only when the one before has committed or rolled back', async () => {
    const place = await serverDatabase();
    const database = await openTestDatabase(place);
    const { db } = database;
    const log = eventReaderIn(db);
    const start = await log.endOffset();
    for (const fate of ['commits', 'rolls back'] as const) {
      const wrote = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const slow = db.transaction().execute(async (tx) => {
        await appendEvents(tx, [renamed(1, 'slow_one')]);
        wrote.resolve();
        await end.promise;
        if (fate === 'rolls back') throw new Error('roll back');
      });
      await wrote.promise;
      let isOver = false;
      const quick = db
        .transaction()
        .execute((tx) => appendEvents(tx, [renamed(2, 'quick_one')]))
        .finally(() => (isOver = true));
      await pause(200);
      // Without the lock it would be there by now, and a reader would have gone past the slow one's position.
      expect([isOver, await log.endOffset()]).toEqual([
        false,
        fate === 'commits' ? start : start + 2,
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
    // Who rolled back leaves a gap.
    expect(events.map(({ id }) => Number(id) - start)).toEqual([1, 2, 4]);
    await database.close();
    await place.remove();
  });
});

describeOnBoth(
  'many writers, slow ones and vain ones among them, and a reader meanwhile',
  (newDatabase) => {
    test('the reader sees every event once, in order, and ends with the right names', async () => {
      const place = await newDatabase();
      const embedded = place.settings.DATABASE_URL === undefined;
      const databases = [await openTestDatabase(place, undefined, false)];
      if (!embedded)
        databases.push(
          await openTestDatabase(place, undefined, false),
          await openTestDatabase(place, undefined, false),
        );
      const [{ db }] = databases as [(typeof databases)[0]];
      await addUsers(db);

      const writers = Array.from({ length: 8 }, (_, at) =>
        renameUsers(databases[at % databases.length]!.db, at, embedded ? 9 : 90),
      );
      let read = false;
      const reading = readLogUntil(databases.at(-1)!.db, () => read);
      const committed = (await Promise.all(writers)).flat();
      read = true;
      const seen = await reading;

      const updates = seen.filter(({ type }) => type === 'UserUpdated');
      expect(usernamesOf(updates).toSorted()).toEqual(committed.toSorted());
      const offsets = seen.map(({ id }) => Number(id));
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      const users = await db.selectFrom('users').select(['id', 'username']).execute();
      expect(foldUsernames(seen)).toEqual(new Map(users.map(({ id, username }) => [id, username])));
      expect(committed).toHaveLength(8 * (embedded ? 6 : 60));
      await Promise.all(databases.map((each) => each.close()));
      await place.remove();
    });
  },
);
