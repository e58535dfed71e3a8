// The backfill: afterwards the log has the users as they are, whatever it had before.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { userEventCheck } from 'contracts/events/check';
import type { Database } from 'chassis/postgres/database';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { type Backfill, backfillIn, missingChanges } from '../../src/events/backfill.ts';
import { runSteps } from '../../src/events/steps.ts';
import { appendEvents } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import { addUsersWithoutEvents, usernamesIn } from '../support/unlogged-users.ts';
import { foldUsernames, summaryOf } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { readLogUntil } from '../support/event-log.ts';

describe('the changes that the log lacks', () => {
  const users = new Map([
    [1, { username: 'known_one' }],
    [2, { username: 'unknown_one' }],
    [3, { username: 'new_name' }],
    [6, { username: 'back_again' }],
  ]);
  const newest = new Map([
    [1, { type: 'UserCreated', username: 'known_one' } as const],
    [3, { type: 'UserUpdated', username: 'old_name' } as const],
    [4, { type: 'UserCreated', username: 'gone_one' } as const],
    [5, { type: 'UserDeleted', username: null } as const],
    [6, { type: 'UserDeleted', username: null } as const],
  ]);

  test('are the unknown, the renamed and the deleted users, in the order of their ids', () => {
    expect(missingChanges([1, 2, 3, 4, 5, 6], users, newest)).toEqual([
      { type: 'UserCreated', id: 2, username: 'unknown_one' },
      { type: 'UserUpdated', id: 3, username: 'new_name' },
      { type: 'UserDeleted', id: 4 },
      { type: 'UserCreated', id: 6, username: 'back_again' },
    ]);
  });

  test('are also the users whose newest event was written by a release that does not know a field', () => {
    const fields = { username: 'known_one', displayName: 'Known One' };
    const lost = { type: 'UserUpdated', username: 'known_one', displayName: null } as const;
    expect(missingChanges([1], new Map([[1, fields]]), new Map([[1, lost]]))).toEqual([
      { type: 'UserUpdated', id: 1, ...fields },
    ]);
    const known = { ...lost, displayName: 'Known One' };
    expect(missingChanges([1], new Map([[1, fields]]), new Map([[1, known]]))).toEqual([]);
  });
});

describeOnBoth('the backfill', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let backfill: Backfill;
  let notified: number[];
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase);
    notified = [];
    backfill = backfillIn(database.db, (offset) => notified.push(offset));
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });
  const run = () => runSteps((after) => backfill.step(after));
  const countUnknown = async () =>
    (await runSteps((after) => backfill.countUnknown(after))).result.unknown;

  test('writes a UserCreated for every user that the log does not know; a second run changes nothing', async () => {
    const { db } = database;
    // More than two batches of users, with a hole between their ids.
    await addUsersWithoutEvents(db, 101, 700);
    await addUsersWithoutEvents(db, 5001, 600);
    const log = eventReaderIn(db);
    const before = await log.endOffset();
    expect(await countUnknown()).toBe(1300);

    expect(await run()).toEqual({ result: { created: 1300, updated: 0, deleted: 0 }, next: null });
    const events = await readLogUntil(db, () => true);
    expect(foldUsernames(events)).toEqual(await usernamesIn(db));
    expect(events).toHaveLength(1306);
    expect(events.flatMap(userEventCheck)).toEqual([]);
    expect(events.filter((event) => 'traceparent' in event)).toEqual([]);
    const end = await log.endOffset();
    expect([notified.at(-1), notified[0]! > before]).toEqual([end, true]);

    expect(await run()).toEqual({ result: { created: 0, updated: 0, deleted: 0 }, next: null });
    expect(await log.endOffset()).toBe(end);
    expect(await countUnknown()).toBe(0);
  });

  test('writes events for users who were renamed or deleted without an event', async () => {
    const { db } = database;
    await db.updateTable('users').set({ username: 'other_name' }).where('id', '=', 2).execute();
    await db.deleteFrom('users').where('id', 'in', [3, 6]).execute();
    await db.transaction().execute((tx) => appendEvents(tx, [{ type: 'UserDeleted', id: 6 }]));
    const log = eventReaderIn(db);
    const before = await log.endOffset();
    expect((await run()).result).toEqual({ created: 0, updated: 1, deleted: 1 });
    expect(summaryOf((await log.after(before)).events)).toEqual([
      ['UserUpdated', 2, 'other_name'],
      ['UserDeleted', 3],
    ]);
    expect((await run()).result).toEqual({ created: 0, updated: 0, deleted: 0 });
  });

  test('continues where it was stopped', async () => {
    await addUsersWithoutEvents(database.db, 101, 700);
    const first = await backfill.step(0);
    expect(first).toEqual({ result: { created: 494, updated: 0, deleted: 0 }, next: 594 });
    expect((await runSteps((after) => backfill.step(after), 594)).result.created).toBe(206);
  });
});
