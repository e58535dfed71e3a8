// The promises of every event source, over HTTP and from JetStream.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EventSource, SourceError, UnknownOffset } from 'chassis/events/source';
import { startConsumer, type ConsumerOptions } from 'chassis/events/consumer';
import { createMetrics } from 'chassis/observability/metrics';
import { describeWithNats } from 'chassis/testing/nats';
import { memoryLog } from 'chassis/testing/memory-log';
import { startHttpLog } from '../support/http-test-log.ts';
import { subjects, type TestEvent, type TestLog } from '../support/test-log.ts';
import { startNatsLog } from '../support/nats-test-log.ts';

const never = new AbortController().signal;
const offsetsOf = (events: readonly unknown[]): number[] =>
  events.map((event) => Number((event as TestEvent).id));

/** Reads the events after an offset up to the end of the log, and acknowledges each batch. @returns their offsets */
async function readAll(source: EventSource, after: number): Promise<number[]> {
  const all: number[] = [];
  for (let from = after; ;) {
    const { events, nextOffset, endOffset, ack } = await source.read(from, never);
    all.push(...offsetsOf(events));
    await ack();
    from = nextOffset;
    if (from >= endOffset) return all;
  }
}

describe('over HTTP', () => suite(startHttpLog));
describeWithNats('from JetStream', () => suite(startNatsLog));

function suite(start: () => Promise<TestLog>): void {
  let log: TestLog;
  beforeEach(async () => {
    log = await start();
  });
  afterEach(() => log.remove());

  test('delivers every event once and in order, in several batches, each with the end offset of the log', async () => {
    const written = await log.append(subjects(1_200));
    const source = log.source();
    const { endOffset, nextOffset, events } = await source.read(0, never);
    expect(endOffset).toBe(written.at(-1));
    expect(nextOffset).toBe(offsetsOf(events).at(-1));
    expect(events.length).toBeLessThan(1_200);
    expect(await readAll(log.source(), 0)).toEqual(written);
  });

  test('delivers an event as it was written', async () => {
    await log.append(['7']);
    const { events } = await log.source().read(0, never);
    expect(events).toEqual([
      { id: '1', subject: '7', time: '2023-11-14T22:13:20.001Z', data: { n: 1 } },
    ]);
  });

  test('reads on after any offset, also after that of a compacted event', async () => {
    await log.append(subjects(20));
    const written = await log.append([...subjects(40), ...subjects(30), ...subjects(10)]);
    const newest = [...written.slice(30, 40), ...written.slice(50, 70), ...written.slice(70)];
    const all = newest.toSorted((a, b) => a - b);
    for (const after of [0, ...written])
      expect(await readAll(log.source(), after)).toEqual(all.filter((offset) => offset > after));
  });

  test('delivers an unacknowledged batch again, to the same reader and to a new one', async () => {
    const written = await log.append(subjects(5));
    const source = log.source();
    for (const reader of [source, source, log.source()]) {
      const { events } = await reader.read(0, never);
      expect(offsetsOf(events)).toEqual(written);
    }
  });

  test('loses nothing after a crash between apply and acknowledgement', async () => {
    const written = await log.append(subjects(700));
    const crashed = log.source();
    const { events, nextOffset } = await crashed.read(0, never);
    const rest = await readAll(log.source(), nextOffset);
    expect([...offsetsOf(events), ...rest]).toEqual(written);
  });

  test('delivers all events to each of two readers', async () => {
    const written = await log.append(subjects(600));
    const [one, two] = [log.source(), log.source()];
    expect(await Promise.all([readAll(one, 0), readAll(two, 0)])).toEqual([written, written]);
    const more = await log.append(['a', 'b']);
    const after = written.at(-1)!;
    expect(await readAll(one, after)).toEqual(more);
    expect(await readAll(two, after)).toEqual(more);
  });

  test('reads again from an offset that was set back', async () => {
    const written = await log.append(subjects(10));
    const source = log.source();
    await readAll(source, 0);
    for (const back of [0, 5]) {
      const batch = await source.read(written[back - 1] ?? 0, never);
      expect(offsetsOf(batch.events)).toEqual(written.slice(back));
      await batch.ack();
    }
  });

  test('reads from an offset that another process moved forward, despite an unacknowledged batch', async () => {
    const [first] = await log.append(['a']);
    const source = log.source();
    await readAll(source, 0);
    const more = await log.append(subjects(10));
    await source.read(first!, never);
    const { events } = await source.read(more[1]!, never);
    expect(offsetsOf(events)).toEqual(more.slice(2));
  });

  test('ends a wait when an event is written', async () => {
    const [last] = await log.append(['a']);
    const source = log.source(10_000);
    await readAll(source, 0);
    const waiting = source.read(last!, never);
    const startedAt = performance.now();
    const more = await log.append(['b']);
    const { events, nextOffset, endOffset } = await waiting;
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(offsetsOf(events)).toEqual(more);
    expect([nextOffset, endOffset]).toEqual([more[0], more[0]]);
  });

  test('ends a wait without new events with an empty batch at the same offset', async () => {
    const [last] = await log.append(['a']);
    for (const source of [log.source(), log.source()]) {
      const { events, nextOffset, endOffset } = await source.read(last!, never);
      expect({ events, nextOffset, endOffset }).toEqual({
        events: [],
        nextOffset: last,
        endOffset: last,
      });
    }
  });

  test('has the end offset 0 for an empty log', async () => {
    const { events, nextOffset, endOffset } = await log.source().read(0, never);
    expect({ events, nextOffset, endOffset }).toEqual({ events: [], nextOffset: 0, endOffset: 0 });
  });

  test('ends a cancelled wait at once, and loses no event that is written meanwhile', async () => {
    const [last] = await log.append(['a']);
    const source = log.source(10_000);
    await readAll(source, 0);
    const controller = new AbortController();
    const waiting = source.read(last!, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const more = await log.append(['b']);
    expect(await readAll(source, last!)).toEqual(more);
  });

  test('throws UnknownOffset for an offset that the log never gave', async () => {
    const [last] = await log.append(['a']);
    const read = log.source().read(last! + 1, never);
    await expect(read).rejects.toThrow(UnknownOffset);
    await expect(log.source().read(last!, never)).resolves.toMatchObject({ nextOffset: last });
  });

  test('fails every read while the log is unreachable, and reads on when it is back', async () => {
    const written = await log.append(subjects(3));
    const source = log.source();
    const first = await source.read(0, never);
    await first.ack();
    const waiting = source.read(written[2]!, never);
    const stoppedAt = performance.now();
    await log.stop();
    await expect(waiting).rejects.toThrow(SourceError);
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
    await expect(source.read(written[2]!, never)).rejects.toThrow(SourceError);
    await log.restart();
    const more = await log.append(['x']);
    expect(await untilRead(source, written[2]!)).toEqual(more);
  });

  test('reads a log that was unreachable at the start once it is back', async () => {
    const written = await log.append(subjects(3));
    await log.stop();
    const source = log.source();
    await expect(source.read(0, never)).rejects.toThrow(SourceError);
    await log.restart();
    expect(await untilRead(source, 0)).toEqual(written);
  });

  test('gives every event once and in order to consumers that fail, crash and lose the log', async () => {
    const state = { offset: 0, applied: [] as number[] };
    const { log: lines } = memoryLog();
    let calls = 0;
    const options = (): ConsumerOptions => ({
      name: 'test',
      source: log.source(),
      offset: () => ({ offset: state.offset }),
      async apply({ events, nextOffset }) {
        calls += 1;
        if (calls % 4 === 2) throw new Error('cannot now');
        for (const offset of offsetsOf(events))
          if (offset > state.offset) state.applied.push(offset);
        state.offset = Math.max(state.offset, nextOffset);
        // As if the process had ended here: nothing is acknowledged.
        if (calls % 4 === 0) throw new Error('crashed');
        return {};
      },
      log: lines,
      metrics: createMetrics(),
    });
    const written: number[] = [];
    let consumer = startConsumer(options());
    for (let round = 0; round < 6; round += 1) {
      written.push(...(await log.append(subjects(120, `r${round}-`))));
      if (round === 2) {
        await consumer.stop();
        consumer = startConsumer(options());
      }
      if (round === 4) {
        await log.stop();
        await log.restart();
      }
    }
    while (state.offset < written.at(-1)!) await new Promise((resolve) => setTimeout(resolve, 20));
    await consumer.stop();
    expect(state.applied).toEqual(written);
  });
}

/** Reads until the log is back. */
async function untilRead(source: EventSource, after: number): Promise<number[]> {
  for (let tries = 100; ; tries -= 1)
    try {
      return await readAll(source, after);
    } catch (error) {
      if (tries === 0 || !(error instanceof SourceError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
