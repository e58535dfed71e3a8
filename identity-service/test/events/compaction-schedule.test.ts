// Compaction by itself: at intervals, on one instance at a time; and no relay that is gone stops it.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from 'chassis/postgres/database';
import { createMetrics } from 'chassis/observability/metrics';
import { describeOnBoth, type TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { sql } from 'kysely';
import { compactionJob } from '../../src/events/compaction-schedule.ts';
import { appendEvents } from '../../src/events/outbox.ts';
import { publishedOffsetIn } from '../../src/relay/published-offset.ts';
import type { Schema } from '../../src/schema.ts';
import { openTestDatabase } from '../support/database.ts';

const due = sql`update log_compaction set compacted_at = 'epoch', claimed_at = 'epoch'`;

describeOnBoth('compaction by itself', (newDatabase) => {
  let testDatabase: TestDatabase;
  let database: Database<Schema>;
  let written: ReturnType<typeof memoryLog>;
  beforeAll(async () => {
    testDatabase = await newDatabase();
    database = await openTestDatabase(testDatabase, undefined, false);
  });
  beforeEach(async () => {
    written = memoryLog();
    await sql`truncate user_events, relays`.execute(database.db);
    await set(due);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const instance = (everyHours = 24, metrics = createMetrics()) =>
    compactionJob({ db: database.db, log: written.log, metrics, everyHours });
  /** A user registers and deletes the account. */
  const writeDeleted = (id: number) =>
    database.db.transaction().execute((tx) =>
      appendEvents(tx, [
        { type: 'UserCreated', id, username: `name_${id}` },
        { type: 'UserDeleted', id },
      ]),
    );
  const names = async () => {
    const rows = await database.db
      .selectFrom('user_events')
      .select('username')
      .where('username', 'is not', null)
      .orderBy('position')
      .execute();
    return rows.map(({ username }) => username);
  };
  const set = (change: ReturnType<typeof sql>) => change.execute(database.db);
  const messages = () => written.lines.map(({ msg }) => msg);

  test('removes the names of deleted users at each interval, on one of several instances', async () => {
    await writeDeleted(1);
    await Promise.all([instance().run(), instance().run(), instance().run()]);
    expect(await names()).toEqual([]);
    expect(messages()).toEqual(['user event log compacted']);
    await writeDeleted(2);
    await instance().run();
    expect(await names()).toEqual(['name_2']);
    await set(sql`update log_compaction set
      compacted_at = now() - interval '24 hours', claimed_at = now() - interval '24 hours'`);
    await instance().run();
    expect(await names()).toEqual([]);
  });

  test('does not run while another instance compacts, unless that one stopped in the middle', async () => {
    await writeDeleted(1);
    await set(sql`update log_compaction set claimed_at = now()`);
    await instance().run();
    expect(await names()).toEqual(['name_1']);
    await set(sql`update log_compaction set claimed_at = now() - interval '5 minutes'`);
    await instance().run();
    expect(await names()).toEqual([]);
  });

  test('never runs with an interval of 0', async () => {
    await writeDeleted(1);
    await instance(0).run();
    expect(await names()).toEqual(['name_1']);
  });

  test('shows its age as a metric', async () => {
    const metrics = createMetrics();
    const job = instance(24, metrics);
    await job.run();
    await set(sql`update log_compaction set compacted_at = now() - interval '2 hours'`);
    await job.run();
    expect(await metrics.text()).toMatch(/^identity_log_compaction_age_seconds 7200\.?\d*$/m);
  });

  test('waits for a relay that is there, and says so when it is far behind', async () => {
    await publishedOffsetIn(database.db).write(0);
    await writeDeleted(1);
    await set(sql`update user_events set created_at = now() - interval '2 hours'`);
    await instance().run();
    expect(await names()).toEqual(['name_1']);
    expect(messages().at(-1)).toMatch(/^the relay is behind/);
  });

  test('does not wait for a relay that was not there for a day, and says so', async () => {
    const relay = publishedOffsetIn(database.db);
    await relay.write(0);
    await writeDeleted(1);
    const old = sql`update user_events set created_at = now() - interval '2 hours'`;
    await set(old);
    await set(sql`update relays set seen_at = now() - interval '25 hours'`);
    await instance().run();
    expect(await names()).toEqual([]);
    expect(written.lines.at(-1)).toMatchObject({
      level: 40,
      stream: 'USER_EVENTS',
      msg: expect.stringMatching(/^no relay of this stream is there any more/),
    });
    // One that is back is waited for again.
    await relay.seen();
    await writeDeleted(2);
    await set(old);
    await set(due);
    await instance().run();
    expect(await names()).toEqual(['name_2']);
  });
});
