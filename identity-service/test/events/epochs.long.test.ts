// Epochs of the user event log: a database with another history takes no change before a new epoch has begun.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { formatEpochs, parseEpochs } from 'chassis/events/epoch';
import type { Database } from 'chassis/postgres/database';
import { backupOf, describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { sql } from 'kysely';
import { beginEpoch } from 'chassis/event-log/epochs';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import { appendEvents } from '../../src/events/outbox.ts';
import type { Schema } from '../../src/schema.ts';
import { openTestDatabase } from '../support/database.ts';
import { userWriterIn } from '../support/user-changes.ts';

describeOnBoth('the epochs of the log', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase, undefined, false);
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  /** As if the newest epoch had begun in another history. */
  const changeHistory = async (): Promise<unknown> =>
    sql`update log_epochs set history = 'another'`.execute(database.db);
  const epochsNow = async () => (await eventReaderIn(database.db).epochs()).epochs;

  test('begin with one, which every event names', async () => {
    await userWriterIn(database.db).create('one');
    const { events, epochs } = await eventReaderIn(database.db).after(0);
    expect(epochs).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{16}$/), beganAfter: 0 }]);
    expect(events[0]).toMatchObject({ id: '1', epoch: formatEpochs(epochs) });
  });

  test('stay as they are at a new start, and while the history is the same', async () => {
    const before = await epochsNow();
    await beginEpoch(database.db);
    await database.close();
    database = await openTestDatabase(testDatabase);
    expect(await epochsNow()).toEqual(before);
  });

  test('are checked by the database: another history takes neither a user nor an event', async () => {
    await changeHistory();
    const refused = { code: '55L01' };
    const insertUser = sql`insert into users (username, email, password_hash)
      values ('two', 'two@example.org', '$argon2id$x')`.execute(database.db);
    await expect(insertUser).rejects.toMatchObject(refused);
    const change = { type: 'UserDeleted', id: 1 } as const;
    await expect(appendEvents(database.db, [change])).rejects.toMatchObject(refused);
  });

  test('change before the first write in another history, and no offset or id is given twice', async () => {
    const writer = userWriterIn(database.db);
    const old = await writer.create('old');
    const startedAt = Date.now();
    await changeHistory();
    const created = await writer.create('created');
    expect(created.id).toBeGreaterThan(startedAt * 1_000);
    const { events, epochs } = await eventReaderIn(database.db).after(0);
    expect(epochs).toHaveLength(2);
    expect(epochs[1]!.beganAfter).toBe(1);
    expect(events.map(({ data }) => data.id)).toEqual([old.id, created.id]);
    expect(Number(events[1]!.id)).toBeGreaterThan(startedAt * 1_000);
    expect(events.map(({ epoch }) => parseEpochs(epoch))).toEqual([epochs.slice(0, 1), epochs]);

    // The same backup a second time: the numbers are others again.
    await changeHistory();
    const again = await writer.create('again');
    expect(again.id).toBeGreaterThan(created.id + 1_000);
  });

  test('change before the log is read in another history', async () => {
    await userWriterIn(database.db).create('old');
    const [first] = await epochsNow();
    await changeHistory();
    const { epochs } = await eventReaderIn(database.db).after(0);
    expect(epochs).toEqual([first, { id: expect.not.stringMatching(first!.id), beganAfter: 1 }]);
  });

  test('change once, however many notice it at once', async () => {
    await changeHistory();
    const writer = userWriterIn(database.db);
    const names = Array.from({ length: 8 }, (_, n) => `user_${n}`);
    await Promise.all(names.map((name) => writer.create(name)));
    expect(await epochsNow()).toHaveLength(2);
  });

  test('are read with the time of the event where the page starts, if there is one', async () => {
    const writer = userWriterIn(database.db);
    const { id } = await writer.create('one');
    await writer.rename(id, 'renamed');
    const log = eventReaderIn(database.db);
    const { events, timeAtStart } = await log.after(0);
    expect(timeAtStart).toBeUndefined();
    const later = await log.after(1);
    expect(later.events).toEqual(events.slice(1));
    expect(later.timeAtStart).toBe(events[0]!.time);
    expect(await log.after(2)).toMatchObject({ events: [], timeAtStart: events[1]!.time });
    await sql`delete from user_events where position = 1`.execute(database.db);
    expect((await log.after(1)).timeAtStart).toBeUndefined();
  });

  test('change by hand, too', async () => {
    await sql`select begin_log_epoch(true)`.execute(database.db);
    expect(await epochsNow()).toHaveLength(2);
  });

  test('are named up to the newest 16', async () => {
    for (let count = 0; count < 17; count += 1)
      await sql`select begin_log_epoch(true)`.execute(database.db);
    const { epochs, number } = await eventReaderIn(database.db).epochs();
    expect([epochs.length, number]).toEqual([16, 18]);
    await userWriterIn(database.db).create('one');
    const { events } = await eventReaderIn(database.db).after(0);
    expect(parseEpochs(events[0]!.epoch)).toEqual(epochs);
  });

  test('let demo data be added in another history', async () => {
    await changeHistory();
    await database.close();
    database = await openTestDatabase(testDatabase);
    const { events } = await eventReaderIn(database.db).after(0);
    expect(events.map(({ data }) => data.id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await userWriterIn(database.db).create('later')).id).toBeGreaterThan(1_000_000);
  });

  if (newDatabase.name === 'serverDatabase')
    test('change in a restored copy of the database', async () => {
      await userWriterIn(database.db).create('old');
      const [first] = await epochsNow();
      await database.close();
      const restored = await backupOf(testDatabase);
      await testDatabase.remove();
      testDatabase = restored;
      database = await openTestDatabase(restored, undefined, false);
      expect(await epochsNow()).toEqual([first, expect.objectContaining({ beganAfter: 1 })]);
    });
});
