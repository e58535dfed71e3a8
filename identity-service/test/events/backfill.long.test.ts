// The backfill while users change: none of its events overtakes a change.
import { expect, test } from '@jest/globals';
import { describeOnServer, serverDatabase } from 'chassis/testing/database';
import { backfillIn } from '../../src/events/backfill.ts';
import { runSteps } from '../../src/events/steps.ts';
import { addUsersWithoutEvents, usernamesIn } from '../support/unlogged-users.ts';
import { changeUsers } from '../support/user-changes.ts';
import { foldUsernames } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { readLogUntil } from '../support/event-log.ts';

const USERS = 6_000;

describeOnServer('two backfills while eight writers rename, delete and create users', () => {
  test('leave each user the right newest event, and each deleted user a UserDeleted', async () => {
    const testDatabase = await serverDatabase();
    const databases = [await openTestDatabase(testDatabase, undefined, false)];
    while (databases.length < 3)
      databases.push(await openTestDatabase(testDatabase, undefined, false));
    const [{ db }] = databases as [(typeof databases)[0]];
    await addUsersWithoutEvents(db, 1, USERS);
    const ids = Array.from({ length: USERS }, (_, at) => at + 1);

    const writing = { isOver: false };
    let runs = 0;
    const backfills = databases.slice(0, 2).map(async (each) => {
      const backfill = backfillIn(each.db, () => undefined);
      for (; !writing.isOver; runs += 1) await runSteps((after) => backfill.step(after));
    });
    const writers = Array.from({ length: 8 }, (_, number) =>
      changeUsers(databases[number % 3]!.db, { number, users: ids }, 1_500),
    );
    await Promise.all(writers);
    writing.isOver = true;
    await Promise.all(backfills);

    const backfill = backfillIn(db, () => undefined);
    const events = await readLogUntil(db, () => true);
    const users = await usernamesIn(db);
    expect(foldUsernames(events)).toEqual(users);
    const deletedIds = new Set(events.map(({ data }) => data.id).filter((id) => !users.has(id)));
    const newestType = new Map(events.map(({ type, data }) => [data.id, type]));
    expect([...deletedIds].filter((id) => newestType.get(id) !== 'UserDeleted')).toEqual([]);
    expect(deletedIds.size).toBeGreaterThan(1_000);
    expect(runs).toBeGreaterThan(3);
    expect((await runSteps((after) => backfill.step(after))).result).toEqual({
      created: 0,
      updated: 0,
      deleted: 0,
    });
    // A user who was deleted before the backfill reached the id has only a UserDeleted; all others begin with a name.
    const created = events.filter(({ type }) => type === 'UserCreated').map(({ data }) => data.id);
    expect(new Set(created).size).toBe(created.length);
    await Promise.all(databases.map((each) => each.close()));
    await testDatabase.remove();
  });
});
