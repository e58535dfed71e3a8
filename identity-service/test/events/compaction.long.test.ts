// Compaction: the log gets shorter, and every reader ends with the same replica.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { sql } from 'kysely';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { runSteps } from '../../src/events/steps.ts';
import { compactionIn } from '../../src/events/compaction.ts';
import { type Change, appendEvents } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';
import { eventReaderIn, type EventReader } from '../../src/events/event-reader.ts';
import { foldUsernames, summaryOf } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { readLogUntil } from '../support/event-log.ts';

const created = (id: number, username: string): Change => ({ type: 'UserCreated', id, username });
const updated = (id: number, username: string): Change => ({ type: 'UserUpdated', id, username });
const deleted = (id: number): Change => ({ type: 'UserDeleted', id });

describeOnBoth('compaction', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let log: EventReader;
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase, undefined, false);
    log = eventReaderIn(database.db);
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });
  const write = (...changes: Change[]) =>
    database.db.transaction().execute((tx) => appendEvents(tx, changes));
  const compact = async () => (await runSteps(compactionIn(database.db))).result;
  const readLog = async () => readLogUntil(database.db, () => true);
  const age = (column: 'created_at' | 'sole_since', days: number) =>
    sql`update user_events set ${sql.ref(column)} = ${sql.ref(column)} - make_interval(days => ${days})`.execute(
      database.db,
    );

  test('leaves the newest event of each user; a second run changes nothing', async () => {
    await write(created(1, 'first'), created(2, 'second'), updated(1, 'first_2'));
    await write(updated(2, 'second_2'), deleted(2), created(3, 'third'), updated(1, 'first_3'));
    expect(await compact()).toEqual({ superseded: 4, tombstones: 0 });
    const events = await readLog();
    expect(summaryOf(events)).toEqual([
      ['UserDeleted', 2],
      ['UserCreated', 3, 'third'],
      ['UserUpdated', 1, 'first_3'],
    ]);
    expect(events.map(({ id }) => id)).toEqual(['5', '6', '7']);
    expect(await compact()).toEqual({ superseded: 0, tombstones: 0 });
  });

  test('gives the same replica to a reader from the beginning and to readers from the middle', async () => {
    // Three batches of compaction, more than one batch of the feed, and a sixth of the users is deleted in the end.
    await sql`
      insert into user_events (type, user_id, username)
      select case when n % 6 = 5 then 'UserDeleted' else 'UserUpdated' end, 1 + n * 7 % 400,
        case when n % 6 = 5 then null else 'name_' || n end
      from generate_series(1, 2400) as n order by n`.execute(database.db);
    const complete = await readLog();
    const expected = foldUsernames(complete);
    const readers = [1, 250, 1200, 2000, 2399].map((at) => ({
      after: at,
      replica: foldUsernames(complete.slice(0, at)),
    }));
    const { superseded } = await compact();
    expect(superseded).toBe(2000);
    expect(foldUsernames(await readLog())).toEqual(expected);
    for (const { after, replica } of readers) {
      const rest = [];
      for (let page = await log.after(after); page.events.length > 0;) {
        rest.push(...page.events);
        page = await log.after(page.nextOffset);
      }
      expect(foldUsernames(rest, replica)).toEqual(expected);
    }
  });

  test('gives the same replica to a reader that reads on during compaction', async () => {
    await sql`
      insert into user_events (type, user_id, username)
      select case when n > 1500 then 'UserDeleted' else 'UserCreated' end, n % 1500,
        case when n > 1500 then null else 'name_' || n end
      from generate_series(1, 2400) as n where n % 1500 > 0 order by n`.execute(database.db);
    const expected = foldUsernames(await readLog());
    // The reader has read the names of users whose UserDeleted is old by now.
    await age('created_at', 31);
    const first = await log.after(0);
    expect(await compact()).toEqual({ superseded: 900, tombstones: 0 });
    expect(await compact()).toEqual({ superseded: 0, tombstones: 0 });
    const replica = foldUsernames(first.events);
    for (let page = await log.after(first.nextOffset); page.events.length > 0;) {
      foldUsernames(page.events, replica);
      page = await log.after(page.nextOffset);
    }
    expect(replica).toEqual(expected);
  });

  test('deletes a UserDeleted that has been the only event of its user for 30 days', async () => {
    await write(created(1, 'first'), deleted(1), created(2, 'second'));
    await compact();
    await age('sole_since', 29);
    expect(await compact()).toEqual({ superseded: 0, tombstones: 0 });
    await age('sole_since', 2);
    expect(await compact()).toEqual({ superseded: 0, tombstones: 1 });
    expect(summaryOf(await readLog())).toEqual([['UserCreated', 2, 'second']]);
  });

  test('keeps the newest event, so that the end of the log does not go back', async () => {
    await write(created(1, 'first'), deleted(1));
    await compact();
    await age('sole_since', 31);
    expect(await compact()).toEqual({ superseded: 0, tombstones: 0 });
    expect(await log.endOffset()).toBe(2);
    await write(created(2, 'second'));
    expect(await compact()).toEqual({ superseded: 0, tombstones: 1 });
  });

  test('keeps a UserDeleted until the relay has published it', async () => {
    await write(deleted(1), created(2, 'second'));
    await compact();
    await age('sole_since', 31);
    const relay = { stream: 'USER_EVENTS', position: 0 };
    await database.db.insertInto('relays').values(relay).execute();
    expect(await compact()).toEqual({ superseded: 0, tombstones: 0 });
    await database.db.updateTable('relays').set({ position: 1 }).execute();
    expect(await compact()).toEqual({ superseded: 0, tombstones: 1 });
  });

  test('keeps unpublished events, and counts no UserDeleted as the only event of its user before publication', async () => {
    await write(created(1, 'first'), created(2, 'second'), deleted(1), updated(2, 'second_2'));
    const relay = { stream: 'USER_EVENTS', position: 0 };
    await database.db.insertInto('relays').values(relay).execute();
    expect(await compact()).toEqual({ superseded: 0, tombstones: 0 });
    await age('sole_since', 31);
    await database.db.updateTable('relays').set({ position: 3 }).execute();
    expect(await compact()).toEqual({ superseded: 2, tombstones: 0 });
    expect(summaryOf(await readLog())).toEqual([
      ['UserDeleted', 1],
      ['UserUpdated', 2, 'second_2'],
    ]);
    await age('sole_since', 31);
    expect(await compact()).toEqual({ superseded: 0, tombstones: 1 });
  });

  test('counts no UserDeleted as the only event when it starts in the middle, where earlier names may still be read', async () => {
    await write(created(1, 'first'), created(2, 'second'), deleted(1), updated(2, 'second_2'));
    await compactionIn(database.db)(2);
    await age('sole_since', 31);
    expect(await runSteps(compactionIn(database.db), 2)).toMatchObject({
      result: { tombstones: 0 },
    });
    expect(foldUsernames(await readLog())).toEqual(new Map([[2, 'second_2']]));
    expect(await compact()).toEqual({ superseded: 2, tombstones: 0 });
  });
});
