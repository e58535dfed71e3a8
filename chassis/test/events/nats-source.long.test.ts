// The JetStream source: acknowledgements, lost consumers and servers, and messages that are not events.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { jetstream } from '@nats-io/jetstream';
import { type EventBatch, type EventSource, SourceError } from 'chassis/events/source';
import { formatEpochs } from 'chassis/events/epoch';
import { HEARTBEATS } from 'chassis/events/nats/heartbeats';
import { jetStreamSource } from 'chassis/events/nats/source';
import { until } from 'chassis/testing/until';
import { describeWithNats } from 'chassis/testing/nats';
import { subjects, type TestEvent } from '../support/test-log.ts';
import { startTcpProxy } from 'chassis/testing/tcp-proxy';
import { NAME, STREAM, startNatsLog, type NatsLog } from '../support/nats-test-log.ts';

const never = new AbortController().signal;
const offsetsOf = ({ events }: EventBatch): number[] =>
  events.map((event) => Number((event as TestEvent).id));

/** Reads the events after an offset up to `last`, and retries failed reads. @returns their offsets */
async function readUntil(source: EventSource, after: number, last: number): Promise<number[]> {
  const all: number[] = [];
  for (let from = after; from < last;) {
    const batch = await source.read(from, never).catch(() => undefined);
    if (batch === undefined) {
      await pause(20);
      continue;
    }
    await batch.ack().catch(() => undefined);
    all.push(...offsetsOf(batch));
    from = batch.nextOffset;
  }
  return all;
}

describeWithNats('a source from JetStream', () => {
  describe('on one server', () => {
    let log: NatsLog;
    beforeEach(async () => {
      log = await startNatsLog();
    });
    afterEach(() => log.remove());

    const consumers = async () => {
      const found = [];
      for await (const info of log.manager.consumers.list(STREAM)) found.push(info);
      return found;
    };

    test('has the newest heartbeat of the writer, also after the server was down', async () => {
      const [offset] = await log.append(['a']);
      const source = log.source();
      const first = await source.read(0, never);
      expect(first.heartbeat).toBeNull();
      await first.ack();
      const beat = async (text: string): Promise<void> => {
        log.connection.publish(HEARTBEATS, text);
        await log.connection.flush();
      };
      const beats = async () => {
        const { heartbeat } = await source.read(offset!, never).catch(() => first);
        return heartbeat && [heartbeat.offset, formatEpochs(heartbeat.epochs)];
      };
      await beat(`{"offset":${offset},"epoch":"4f1c9a22b7d0e853:0"}`);
      await beat('{"offset":"9"}');
      expect(await beats()).toEqual([offset, '4f1c9a22b7d0e853:0']);
      await log.stop();
      await log.restart();
      await until(
        'it is heard again',
        async () => {
          await beat('{"offset":9,"epoch":"4f1c9a22b7d0e853:0"}').catch(() => undefined);
          return (await beats())?.[0] === 9;
        },
        30_000,
      );
    });

    test('acknowledges a batch on ack(), and not before', async () => {
      const written = await log.append(subjects(10));
      const source = log.source();
      const batch = await source.read(0, never);
      const [before] = await consumers();
      expect(before).toMatchObject({ num_ack_pending: 10, num_pending: 0 });
      expect(before!.name).toMatch(new RegExp(`^${NAME}-`));
      await batch.ack();
      expect((await consumers())[0]).toMatchObject({
        num_ack_pending: 0,
        ack_floor: { stream_seq: written.length },
      });
    });

    test('returns the unacknowledged batch again while the broker is down', async () => {
      const written = await log.append(subjects(3));
      const source = log.source();
      await source.read(0, never);
      await log.stop();
      expect(offsetsOf(await source.read(0, never))).toEqual(written);
      await log.restart();
    });

    test('deletes its consumer when it is closed', async () => {
      await log.append(subjects(3));
      const source = log.source();
      await source.read(0, never);
      expect(await consumers()).toHaveLength(1);
      await source.close();
      expect(await consumers()).toEqual([]);
    });

    test('makes a new consumer when its consumer was deleted, before or during a read', async () => {
      const written = await log.append(subjects(10));
      const source = log.source();
      const first = await source.read(0, never);
      await first.ack();
      const remove = async () => {
        for (const { name } of await consumers()) await log.manager.consumers.delete(STREAM, name);
      };
      await remove();
      const last = written.at(-1)!;
      await expect(source.read(last, never)).rejects.toThrow(SourceError);
      const waiting = source.read(last, never);
      while ((await consumers()).length === 0);
      await remove();
      await expect(waiting).rejects.toThrow(SourceError);
      const more = await log.append(['x', 'y']);
      expect(await readUntil(source, last, more[1]!)).toEqual(more);
    });

    test('detects that another client took messages from its consumer', async () => {
      const written = await log.append(['a']);
      const source = log.source();
      const first = await source.read(0, never);
      await first.ack();
      const [own] = await consumers();
      const more = await log.append(['b', 'c']);
      const thief = await jetstream(log.connection).consumers.get(STREAM, own!.name);
      await thief.next({ expires: 1_000 });
      await expect(source.read(written[0]!, never)).rejects.toThrow('lost on its way');
      expect(await readUntil(source, written[0]!, more[1]!)).toEqual(more);
    });

    test('fails while the stream is missing, and reads it once it exists', async () => {
      const source = jetStreamSource({
        urls: log.nats.url,
        stream: 'LATER',
        subject: 'later.>',
        name: NAME,
        waitMs: 1_000,
      });
      await expect(source.read(0, never)).rejects.toThrow(SourceError);
      await log.manager.streams.add({ name: 'LATER', subjects: ['later.>'] });
      await jetstream(log.connection).publish('later.1', '{"id":"3"}', { msgID: '3' });
      expect(await source.read(0, never)).toMatchObject({
        events: [{ id: '3' }],
        nextOffset: 3,
        endOffset: 3,
      });
      await source.close();
    });

    test('delivers messages that are not events, and reads on after them', async () => {
      const [first] = await log.append(['a']);
      await log.publish('no {json');
      const source = log.source();
      const odd = await source.read(0, never);
      expect(odd.events).toEqual([expect.objectContaining({ id: '1' }), 'no {json']);
      expect(odd.nextOffset).toBe(first);
      await odd.ack();
      const [second] = await log.append(['b']);
      const next = await source.read(first!, never);
      expect(offsetsOf(next)).toEqual([second]);
      await next.ack();
      await log.publish('7', 'not an offset');
      expect(await log.source().read(second!, never)).toMatchObject({
        events: [7],
        nextOffset: second,
      });
    });

    test('fails while the broker is silent, and reads on when the broker answers again', async () => {
      const proxy = await startTcpProxy(log.nats.url);
      const source = log.source(1_000, proxy.url);
      const written = await log.append(['a']);
      await (await source.read(0, never)).ack();
      proxy.muteServer();
      await expect(source.read(written[0]!, never)).rejects.toThrow(SourceError);
      await proxy.close();
      await proxy.reopen();
      const more = await log.append(['b']);
      expect(await readUntil(source, written[0]!, more[0]!)).toEqual(more);
      await source.close();
      await proxy.close();
    });

    test('replaces a connection that stays open but receives nothing, within 20 s', async () => {
      const proxy = await startTcpProxy(log.nats.url);
      const source = log.source(1_000, proxy.url);
      const [first] = await log.append(['a']);
      await (await source.read(0, never)).ack();
      proxy.muteOpenConnections();
      const [second] = await log.append(['b']);
      const since = performance.now();
      expect(await readUntil(source, first!, second!)).toEqual([second]);
      expect(performance.now() - since).toBeLessThan(20_000);
      await source.close();
      await proxy.close();
    });

    test('has neither address nor content in the message of an error', async () => {
      await log.stop();
      const failed = await log
        .source()
        .read(0, never)
        .catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(SourceError);
      expect((failed as Error).message).toBe('the broker cannot be used now');
      await log.restart();
    });
  });

  describe('on three servers', () => {
    let log: NatsLog;
    beforeEach(async () => {
      log = await startNatsLog(3);
    });
    afterEach(() => log.remove());

    test('loses no event, whichever server is killed', async () => {
      const source = log.source();
      const written: number[] = [];
      const read: number[] = [];
      const more = async (count: number, prefix: string) => {
        const after = written.at(-1) ?? 0;
        written.push(...(await log.append(subjects(count, prefix))));
        read.push(...(await readUntil(source, after, written.at(-1)!)));
      };
      await more(50, 'all');
      for (const [index, server] of log.nats.servers.entries()) {
        await server.kill();
        await more(50, `without-${index}-`);
        await server.restart();
      }
      expect(read).toEqual(written);
    });
  });
});
