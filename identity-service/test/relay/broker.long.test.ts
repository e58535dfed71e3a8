// The relay, from a change to the broker: all events arrive, in order, whatever the broker does meanwhile.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { HEARTBEATS } from 'chassis/events/nats/heartbeats';
import { createMetrics } from 'chassis/observability/metrics';
import type { Database } from 'chassis/postgres/database';
import { sql } from 'kysely';
import { logged, startNode } from 'chassis/testing/process';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { memoryLog } from 'chassis/testing/memory-log';
import { describeWithNats, readStream, startNats, type TestNats } from 'chassis/testing/nats';
import { metricOf } from 'chassis/testing/metrics';
import { until } from 'chassis/testing/until';
import { runSteps } from '../../src/events/steps.ts';
import { compactionIn } from '../../src/events/compaction.ts';
import { createLongPoll, type LongPoll } from 'chassis/event-log/long-poll';
import { type Change, appendEvents } from '../../src/events/outbox.ts';
import { relayMetrics } from '../../src/relay/metrics.ts';
import { type PublishedOffset, publishedOffsetIn } from '../../src/relay/published-offset.ts';
import { type Relay, startRelay } from '../../src/relay/relay.ts';
import type { Schema } from '../../src/schema.ts';
import { type EventStream, openStream } from '../../src/relay/stream.ts';
import { STREAM } from '../../src/relay/stream-settings.ts';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import { type MessageRecorder, recordMessages } from '../support/message-recorder.ts';
import { foldUsernames, readAll } from '../support/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { PASSWORD } from 'chassis/testing/users';
import { type Identity, startIdentity } from '../support/service.ts';

const LIMIT_MS = 30_000;

describeWithNats('a service with a broker', () => {
  let nats: TestNats;
  let recorder: MessageRecorder;
  let testDatabase: TestDatabase;
  let identity: Identity;
  beforeEach(async () => {
    nats = await startNats();
    recorder = await recordMessages(nats.url);
    testDatabase = await embeddedDatabase();
    identity = await startIdentity(testDatabase, { NATS_URL: nats.url });
  });
  afterEach(async () => {
    await identity.stop();
    await testDatabase.remove();
    await recorder.close();
    await nats.remove();
  });
  const metric = (name: string): Promise<number> => metricOf(identity, name);

  test('publishes exactly the events of the feed, in order, each once', async () => {
    const { bearer, user } = await identity.register('published');
    for (const username of ['published_2', 'published_3'])
      await identity.request('/api/me', { method: 'PATCH', headers: bearer, json: { username } });
    const body = { currentPassword: PASSWORD };
    await identity.request('/api/me', { method: 'DELETE', headers: bearer, json: body });
    const events = await readAll(identity);
    expect(events).toHaveLength(10);
    await until('all arrived', () => recorder.messages.length >= 10, LIMIT_MS);
    expect(recorder.messages).toEqual(
      events.map((event) => ({ subject: `user-events.${event.subject}`, id: event.id, event })),
    );
    // The stream keeps only the last event of the user who was renamed and deleted.
    expect((await readStream(nats.url)).map(({ subject }) => subject)).toEqual(
      ['1', '2', '3', '4', '5', '6'].concat(String(user.id)),
    );
    expect(await metric('identity_relay_position')).toBe(await metric('identity_log_head'));
    expect(await metric('identity_relay_active')).toBe(1);
    expect(await metric('identity_relay_events_total')).toBe(10);
  });

  test('publishes an event within 2 s', async () => {
    await until(
      'it is idle',
      async () => (await metric('identity_relay_position')) === 6,
      LIMIT_MS,
    );
    const { user } = await identity.register('hasty');
    const start = performance.now();
    await until(
      'it arrived',
      () => recorder.messages.some(({ event }) => event?.data.id === user.id),
      LIMIT_MS,
    );
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('tells where the log ends, at once after events and every 5 s, and not while it cannot publish', async () => {
    const beats: string[] = [];
    recorder.connection.subscribe(HEARTBEATS, {
      callback: (_, message) => void beats.push(message.string()),
    });
    await identity.register('beating');
    await until(
      'a heartbeat is about the event',
      () => / ?"offset":7,/.test(beats.at(-1) ?? ''),
      LIMIT_MS,
    );
    const { headers } = await identity.request('/api/user-events?lastEventId=latest');
    expect(JSON.parse(beats.at(-1)!)).toEqual({ offset: 7, epoch: headers['log-epoch'] });
    const count = beats.length;
    await until('another one comes', () => beats.length > count, LIMIT_MS);

    // A stream that loses events is refused, so nothing is published any more.
    const { streams } = await jetstreamManager(recorder.connection);
    await streams.update(STREAM, { max_msgs: 100 });
    await until(
      'it fails',
      async () => (await metric('identity_relay_failures_total')) > 1,
      LIMIT_MS,
    );
    const last = beats.length;
    await pause(6_000);
    expect(beats).toHaveLength(last);
  });

  test('serves while the broker is down, and publishes the events of that time afterwards', async () => {
    await until(
      'it is idle',
      async () => (await metric('identity_relay_position')) === 6,
      LIMIT_MS,
    );
    await nats.servers[0]!.kill();
    await identity.register('unheard_1');
    await identity.register('unheard_2');
    await until(
      'it fails',
      async () => (await metric('identity_relay_failures_total')) > 0,
      LIMIT_MS,
    );
    expect((await fetch(`${identity.adminUrl}/readyz`)).status).toBe(200);
    await nats.servers[0]!.restart();
    await until(
      'it caught up',
      async () => (await metric('identity_relay_position')) === 8,
      LIMIT_MS,
    );
    const events = await readAll(identity);
    expect(await readStream(nats.url)).toEqual(events);
  });

  test('fills a stream that was lost, from the beginning of the log', async () => {
    await until(
      'it is idle',
      async () => (await metric('identity_relay_position')) === 6,
      LIMIT_MS,
    );
    const manager = await jetstreamManager(recorder.connection);
    await manager.streams.delete(STREAM);
    await identity.register('after_the_loss');
    await until(
      'it caught up',
      async () => (await metric('identity_relay_position')) === 7,
      LIMIT_MS,
    );
    expect(await readStream(nats.url)).toEqual(await readAll(identity));
  });
});

test('a service whose broker is missing from the start serves, logs a warning, and exits with code 0', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  await once(gone.close(), 'close');
  const testDatabase = await embeddedDatabase();
  const service = startNode(join(import.meta.dirname, '../../src/main.ts'), {
    ...testDatabase.settings,
    NATS_URL: `nats://someone:hush@127.0.0.1:${port}`,
    PORT: '0',
    ADMIN_PORT: '0',
    DEMO_DATA: 'true',
  });
  const [{ adminUrl, url }, warning] = await Promise.all([
    logged(service, 'listening'),
    logged(service, 'publishing user events failed; retrying'),
  ]);
  expect(JSON.stringify(warning)).not.toMatch(/hush|someone|127\.0\.0\.1/);
  expect((await fetch(`${String(adminUrl)}/readyz`)).status).toBe(200);
  expect((await fetch(`${String(url)}/api/user-events`)).headers.get('log-head')).toBe('6');
  expect(await service.stop()).toEqual({ code: 0, stderr: '' });
  await testDatabase.remove();
});

describeWithNats('the relay', () => {
  const brokers: TestNats[] = [];
  afterAll(() => Promise.all(brokers.map((broker) => broker.remove())));

  /** Makes a database with demo users, a broker, and a relay between them, which the test starts. */
  async function setUp() {
    const nats = await startNats();
    brokers.push(nats);
    const testDatabase = await embeddedDatabase();
    const database: Database<Schema> = await openTestDatabase(testDatabase);
    const { db } = database;
    const userLog = eventReaderIn(db);
    const feed: LongPoll = createLongPoll(() => userLog.endOffset());
    const position = publishedOffsetIn(db);
    const { log, lines } = memoryLog();
    let relay: Relay | undefined;
    let failures = 0;
    const metrics = { ...relayMetrics(createMetrics()), failed: () => void (failures += 1) };
    const record = async (change: Change): Promise<void> =>
      feed.notify((await db.transaction().execute((tx) => appendEvents(tx, [change])))!);
    return {
      nats,
      db,
      userLog,
      position,
      lines,
      record,
      write: (id: number, username: string) => record({ type: 'UserUpdated', id, username }),
      compact: async () => (await runSteps(compactionIn(db))).result,
      /** Sets the database back to when the log ended at `head`; it gives the same offsets again. */
      async restore(head: number) {
        await db.deleteFrom('user_events').where('position', '>', head).execute();
        await sql`alter table user_events alter column position restart with ${sql.lit(head + 1)}`.execute(
          db,
        );
        await db.updateTable('relays').set({ position: head }).execute();
      },
      failures: () => failures,
      /** Waits until the log says why the relay does not publish. */
      refusal: (why: RegExp) =>
        until(
          `it says ${why}`,
          () => lines.some(({ message }) => why.test(String(message))),
          LIMIT_MS,
        ),
      published: (head: number) =>
        until(
          `it is published up to ${head}`,
          async () => (await position.read()) === head,
          LIMIT_MS,
        ),
      start(more: { stream?: EventStream; publishedOffset?: PublishedOffset } = {}) {
        relay = startRelay({
          ...database,
          reader: userLog,
          longPoll: feed,
          stream: openStream(nats.url, 1),
          publishedOffset: position,
          log,
          metrics,
          ...more,
        });
      },
      stop: async () => relay?.stop(),
      async end() {
        await relay?.stop();
        await database.close();
        await testDatabase.remove();
      },
    };
  }

  test('continues behind the last published event when it ended before it stored the offset', async () => {
    const relayed = await setUp();
    const recorder = await recordMessages(relayed.nats.url);
    // The database has no published offset.
    const withoutWrites = { ...relayed.position, write: () => Promise.resolve() };
    relayed.start({ publishedOffset: withoutWrites });
    await until('all is published', () => recorder.messages.length === 6, LIMIT_MS);
    await relayed.stop();
    expect(await relayed.position.read()).toBe(0);
    await relayed.write(1, 'another_name');
    relayed.start();
    await until('it caught up', async () => (await relayed.position.read()) === 7, LIMIT_MS);
    expect(recorder.messages.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    await recorder.close();
    await relayed.end();
  });

  test('publishes no event twice when the broker’s answer was lost', async () => {
    const relayed = await setUp();
    const real = openStream(relayed.nats.url, 1);
    let failures = 0;
    relayed.start({
      stream: {
        ...real,
        async append(events, sequence) {
          const end = await real.append(events, sequence);
          failures += 1;
          if (failures === 1) throw new Error('the answer was lost');
          return end;
        },
      },
    });
    await until(
      'it goes on',
      () => relayed.lines.some(({ msg }) => /failed/.test(String(msg))),
      LIMIT_MS,
    );
    await relayed.write(2, 'second_2');
    await until('it caught up', async () => (await relayed.position.read()) === 7, LIMIT_MS);
    const events = await readStream(relayed.nats.url);
    expect(events.map(({ id }) => id)).toEqual(['1', '3', '4', '5', '6', '7']);
    const failed = relayed.lines.find(
      ({ msg }) => msg === 'publishing user events failed; retrying',
    );
    expect(failed).toMatchObject({ error: 'Error', retryInMs: expect.any(Number) });
    expect(JSON.stringify(relayed.lines)).not.toMatch(/cat_sun_dog|127\.0\.0\.1/);
    expect(relayed.lines.map(({ msg }) => msg)).toContain('publishing user events works again');
    await relayed.end();
  });

  test('publishes nothing into a stream that ends beyond the log, and logs why', async () => {
    const relayed = await setUp();
    const other = openStream(relayed.nats.url, 1);
    const { events } = await relayed.userLog.after(0);
    await other.end();
    const sequence = '4711'.padStart(20, '0');
    await other.append([{ ...events[0]!, id: '4711', sequence }], 0);
    relayed.start();
    await relayed.refusal(/the stream has events beyond the end of the log/);
    expect(await other.end()).toMatchObject({ sequence: 1, offset: 4711 });
    await other.close();
    await relayed.end();
  });

  test('publishes nothing behind events that the log lost in a restore, however many events are written since', async () => {
    const relayed = await setUp();
    relayed.start();
    await relayed.published(6);
    await relayed.write(1, 'lost_name');
    await relayed.published(7);
    await relayed.stop();
    await relayed.restore(6);
    relayed.start();
    await relayed.refusal(/the stream has events beyond the end of the log/);
    for (const username of ['first_since', 'second_since', 'third_since'])
      await relayed.write(2, username);
    await relayed.refusal(/the stream and the log differ at offset 7; .*failover\.md/);
    // Events that contradict the stream are not compacted away.
    expect(await relayed.compact()).toEqual({ superseded: 0, tombstones: 0 });
    const failures = relayed.failures();
    await until('it has tried again', () => relayed.failures() > failures + 1, LIMIT_MS);
    expect((await readStream(relayed.nats.url)).map(({ id }) => id)).toEqual([
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
    ]);

    const recorder = await recordMessages(relayed.nats.url);
    await (await jetstreamManager(recorder.connection)).streams.delete(STREAM);
    await relayed.published(9);
    await recorder.close();
    expect(foldUsernames(await readStream(relayed.nats.url))).toEqual(
      foldUsernames((await relayed.userLog.after(0)).events),
    );
    await relayed.end();
  });

  test('logs that the log lost its end while it waits', async () => {
    const relayed = await setUp();
    relayed.start();
    await relayed.write(1, 'lost_name');
    await relayed.published(7);
    await relayed.restore(6);
    await relayed.refusal(/the stream has events beyond the end of the log/);
    await relayed.end();
  });

  test('continues behind an event that was compacted away', async () => {
    const relayed = await setUp();
    relayed.start();
    await relayed.write(1, 'another_name');
    await relayed.published(7);
    await relayed.stop();
    await relayed.write(1, 'yet_another_name');
    expect(await relayed.compact()).toEqual({ superseded: 2, tombstones: 0 });
    relayed.start();
    await relayed.published(8);
    await relayed.end();
  });

  test('continues behind an old deletion that was compacted away', async () => {
    const relayed = await setUp();
    await relayed.record({ type: 'UserDeleted', id: 3 });
    await sql`update user_events set created_at = created_at - interval '31 days'`.execute(
      relayed.db,
    );
    relayed.start();
    await relayed.published(7);
    await relayed.stop();
    await relayed.compact();
    await relayed.write(1, 'another_name');
    await sql`update user_events set sole_since = sole_since - interval '31 days'`.execute(
      relayed.db,
    );
    expect(await relayed.compact()).toEqual({ superseded: 1, tombstones: 1 });
    relayed.start();
    await relayed.published(8);
    await relayed.end();
  });

  test('continues behind a published event whose offset was not stored, although the event was compacted away', async () => {
    const relayed = await setUp();
    relayed.start();
    await relayed.published(6);
    await relayed.stop();
    const recorder = await recordMessages(relayed.nats.url);
    relayed.start({ publishedOffset: { ...relayed.position, write: () => Promise.resolve() } });
    await relayed.write(1, 'another_name');
    await until('it is published', () => recorder.messages.length === 1, LIMIT_MS);
    await relayed.stop();
    await relayed.write(1, 'yet_another_name');
    expect(await relayed.compact()).toEqual({ superseded: 1, tombstones: 0 });
    relayed.start();
    await relayed.published(8);
    await recorder.close();
    await relayed.end();
  });

  test('publishes a log of many batches; the stream keeps the newest event of each user', async () => {
    const relayed = await setUp();
    await sql`
      insert into user_events (type, user_id, username)
      select 'UserUpdated', 1 + n % 700, 'name_' || n from generate_series(1, 2500) as n order by n`.execute(
      relayed.db,
    );
    relayed.start();
    await until('it caught up', async () => (await relayed.position.read()) === 2506, LIMIT_MS);
    const events = await readStream(relayed.nats.url);
    const offsets = events.map(({ id }) => Number(id));
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    expect(foldUsernames(events).get(1)).toBe('name_2100');
    expect(foldUsernames(events).size).toBe(700);
    await relayed.end();
  });
});
