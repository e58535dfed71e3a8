// The stream at a real broker: it is created once, and events are only appended at its end.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager, type StorageType } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { UserEventOnWire } from 'contracts/types';
import { memoryLog } from 'chassis/testing/memory-log';
import { describeWithNats, readStream, startNats, type TestNats } from 'chassis/testing/nats';
import { until } from 'chassis/testing/until';
import { type EventStream, openStream } from '../../src/relay/stream.ts';
import { STREAM } from '../../src/relay/stream-settings.ts';
import { type MessageRecorder, recordMessages } from '../support/message-recorder.ts';

const LIMIT_MS = 30_000;
const event = (position: number, id: number, username = `name_${position}`): UserEventOnWire => ({
  specversion: '1.0',
  id: String(position),
  source: 'urn:social-network:identity',
  type: 'UserUpdated',
  subject: String(id),
  time: '2026-01-06T18:15:00.000Z',
  sequence: String(position).padStart(20, '0'),
  datacontenttype: 'application/json',
  data: { id, username },
});
const namesIn = async (url: string): Promise<string[]> =>
  (await readStream(url)).flatMap((each) => ('username' in each.data ? each.data.username : []));

for (const servers of [1, 3] as const)
  describeWithNats(`a stream on ${servers} server(s)`, () => {
    let nats: TestNats;
    let recorder: MessageRecorder;
    let manager: JetStreamManager;
    let streams: EventStream[];
    beforeAll(async () => {
      nats = await startNats(servers);
      recorder = await recordMessages(nats.url);
      manager = await jetstreamManager(recorder.connection, { checkAPI: false });
      streams = [openStream(nats.url, servers), openStream(nats.url, servers)];
    });
    afterAll(async () => {
      await Promise.all(streams.map((stream) => stream.close()));
      await recorder.close();
      await nats.remove();
    });

    /** Creates an empty stream. @returns two publishers of it */
    async function fresh(): Promise<readonly [EventStream, EventStream]> {
      await manager.streams.delete(STREAM).catch(() => undefined);
      const [one, other] = streams as [EventStream, EventStream];
      expect(await one.end()).toEqual({ sequence: 0, offset: 0 });
      return [one, other];
    }

    test('is created when it is missing, with the newest event of each user and without an end', async () => {
      const [, other] = await fresh();
      const { config } = await manager.streams.info(STREAM);
      expect(config).toMatchObject({
        subjects: ['user-events.*'],
        storage: 'file',
        retention: 'limits',
        max_msgs_per_subject: 1,
        max_msgs: -1,
        max_bytes: -1,
        max_age: 0,
        duplicate_window: 600_000_000_000,
        num_replicas: servers,
      });
      // A stream that exists is not changed.
      expect(await other.end()).toEqual({ sequence: 0, offset: 0 });
    });

    test('gets more replicas when it has fewer than configured, or the log says once that it cannot', async () => {
      await manager.streams.delete(STREAM).catch(() => undefined);
      const few = openStream(nats.url, 1);
      await few.append([event(5, 1)], (await few.end()).sequence);
      const { log, lines } = memoryLog();
      const many = openStream(nats.url, 3, log);
      // The stream has no leader for a moment while the number of replicas changes.
      const ends = () => many.end().catch(() => undefined);
      for (let times = 0; times < 2; times += 1)
        await until(
          'the stream returns its end',
          async () => (await ends())?.offset === 5,
          LIMIT_MS,
        );
      const { config } = await manager.streams.info(STREAM);
      expect(config).toMatchObject({ num_replicas: servers, max_msgs_per_subject: 1 });
      expect(lines).toEqual([
        expect.objectContaining(
          servers === 3
            ? { level: 30, msg: 'stream replicas raised', before: 1, replicas: 3 }
            : {
                level: 40,
                msg: 'the stream has fewer replicas than NATS_REPLICAS; cannot raise them',
                replicas: 1,
                wanted: 3,
              },
        ),
      ]);
      // The stream accepts events, and the number is never reduced.
      await until(
        'the stream accepts events',
        async () => {
          const end = await ends();
          if (end?.offset === 5) await many.append([event(6, 2)], 1).catch(() => undefined);
          return end?.offset === 6;
        },
        LIMIT_MS,
      );
      await few.end();
      expect((await manager.streams.info(STREAM)).config.num_replicas).toBe(servers);
      await Promise.all([few.close(), many.close()]);
    });

    test('returns the offset of its last event, besides its own sequence number', async () => {
      const [one, other] = await fresh();
      expect(await one.append([event(10, 1), event(12, 2), event(17, 1)], 0)).toEqual({
        sequence: 3,
        offset: 17,
      });
      expect(await other.end()).toEqual({ sequence: 3, offset: 17, event: event(17, 1) });
      expect(await namesIn(nats.url)).toEqual(['name_12', 'name_17']);
    });

    test('gets each event under the subject of its user, with the offset as message id', async () => {
      const [one] = await fresh();
      const before = recorder.messages.length;
      await one.append([event(20, 7)], 0);
      await recorder.connection.flush();
      expect(recorder.messages.slice(before)).toEqual([
        { subject: 'user-events.7', id: '20', event: event(20, 7) },
      ]);
    });

    test('rejects an event that would not directly follow the expected last message', async () => {
      const [one, other] = await fresh();
      await one.append([event(30, 1), event(31, 2)], 0);
      // A publisher that was frozen publishes an old event.
      await expect(other.append([event(29, 1, 'old_name')], 0)).rejects.toThrow();
      await expect(other.append([event(32, 1)], 3)).rejects.toThrow();
      expect(await one.end()).toMatchObject({ sequence: 2, offset: 31 });
      expect(await namesIn(nats.url)).toEqual(['name_30', 'name_31']);
      // An event that was rejected is no duplicate when it is published again.
      await one.append([event(32, 1)], 2);
      expect(await namesIn(nats.url)).toEqual(['name_31', 'name_32']);
    });

    test('accepts at most one of two concurrent appends at the same place, and keeps the order', async () => {
      const [one, other] = await fresh();
      const events = Array.from({ length: 300 }, (_, at) => event(40 + at, at));
      const results = await Promise.allSettled([one.append(events, 0), other.append(events, 0)]);
      // Both may have failed, because of each other's events: then both read the end again and continue.
      expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
      const { sequence, offset } = await one.end();
      if (sequence < 300) await one.append(events.slice(sequence), sequence);
      expect(sequence === 0 || offset === 39 + sequence).toBe(true);
      expect((await readStream(nats.url)).map(({ id }) => Number(id))).toEqual(
        events.map(({ id }) => Number(id)),
      );
    });

    test('stores no event behind one that was rejected', async () => {
      const [one] = await fresh();
      const events = Array.from({ length: 20 }, (_, at) => event(1000 + at, at));
      // The broker rejects this event.
      events[7] = { ...events[7]!, subject: '7.of.nobody' };
      await expect(one.append(events, 0)).rejects.toThrow();
      expect(await one.end()).toMatchObject({ sequence: 7, offset: 1006 });
    });

    test('continues after the offset of a last message of an unknown type', async () => {
      const [one] = await fresh();
      const unknown = { ...event(60, 1), type: 'UserMoved' } as unknown as UserEventOnWire;
      await one.append([unknown], 0);
      expect(await one.end()).toMatchObject({ sequence: 1, offset: 60, event: undefined });
    });

    test('continues its sequence numbers after it was emptied by hand', async () => {
      const [one] = await fresh();
      await one.append([event(50, 1), event(51, 2)], 0);
      await manager.streams.purge(STREAM);
      expect(await one.end()).toEqual({ sequence: 2, offset: 0 });
      await one.append([event(52, 1)], 2);
      expect(await one.end()).toMatchObject({ sequence: 3, offset: 52 });
    });

    test.each([
      ['no event', 'hello', '60'],
      ['an event without a message id', JSON.stringify(event(60, 1)), undefined],
      ['an event with the message id of another offset', JSON.stringify(event(60, 1)), '61'],
      ['a part of an event', JSON.stringify({ ...event(60, 1), data: { id: 1 } }), '60'],
    ])('whose last message is %s gets no events', async (_, text, id) => {
      const [one] = await fresh();
      const header = headers();
      if (id !== undefined) header.set('Nats-Msg-Id', id);
      // Until each server of a cluster knows the new stream, a message may reach nobody. The stream keeps one for a user.
      const publish = () =>
        manager.jetstream().publish('user-events.1', text, { headers: header, timeout: 1000 });
      await until(
        'the message is stored',
        async () => (await publish().catch(() => undefined)) !== undefined,
        LIMIT_MS,
      );
      await expect(one.end()).rejects.toThrow('the last message of the stream is not a user event');
    });
  });

// On one server only: the servers of a cluster may not all know a new stream at once.
describeWithNats('a stream', () => {
  let nats: TestNats;
  let recorder: MessageRecorder;
  let manager: JetStreamManager;
  let stream: EventStream;
  beforeAll(async () => {
    nats = await startNats();
    recorder = await recordMessages(nats.url);
    manager = await jetstreamManager(recorder.connection, { checkAPI: false });
    stream = openStream(nats.url, 1);
  });
  beforeEach(() => manager.streams.delete(STREAM).catch(() => false));
  afterAll(async () => {
    await stream.close();
    await recorder.close();
    await nats.remove();
  });

  test.each([
    ['max_bytes', { max_bytes: 1_000_000 }],
    ['max_msgs', { max_msgs: 268 }],
    ['max_age', { max_age: 3_600_000_000_000 }],
    ['storage', { storage: 'memory' as StorageType }],
    ['subjects', { subjects: ['user-events.*', 'others'] }],
  ])('that was created with another %s gets no events', async (setting, change) => {
    await manager.streams.add({ name: STREAM, subjects: ['user-events.*'], ...change });
    await expect(stream.end()).rejects.toThrow(`the stream would lose events: its ${setting} is`);
  });

  test('gets no more events after its limits were changed', async () => {
    await stream.end();
    const { config } = await manager.streams.info(STREAM);
    await manager.streams.update(STREAM, { ...config, max_bytes: 1_000_000 });
    await expect(stream.end()).rejects.toThrow('its max_bytes is 1000000, and must be -1');
  });
});
