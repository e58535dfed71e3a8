// What every source of a log's events must do, whatever carries them.
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
const positionsOf = (events: readonly unknown[]): number[] =>
  events.map((one) => Number((one as TestEvent).id));

/** Reads from a position until the head, acknowledging each batch. */
async function readAll(source: EventSource, after: number): Promise<number[]> {
  const all: number[] = [];
  for (let from = after; ;) {
    const { events, nextOffset, endOffset, ack } = await source.read(from, never);
    all.push(...positionsOf(events));
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

  test('every event comes once, in order, over several batches; each batch says where the log ends', async () => {
    const written = await log.append(subjects(1_200));
    const source = log.source();
    const { endOffset, nextOffset, events } = await source.read(0, never);
    expect(endOffset).toBe(written.at(-1));
    expect(nextOffset).toBe(positionsOf(events).at(-1));
    expect(events.length).toBeLessThan(1_200);
    expect(await readAll(log.source(), 0)).toEqual(written);
  });

  test('an event comes as it was written', async () => {
    await log.append(['7']);
    const { events } = await log.source().read(0, never);
    expect(events).toEqual([
      { id: '1', subject: '7', time: '2023-11-14T22:13:20.001Z', data: { n: 1 } },
    ]);
  });

  test('reading goes on after any position, those of events that are gone included', async () => {
    await log.append(subjects(20));
    const written = await log.append([...subjects(40), ...subjects(30), ...subjects(10)]);
    const left = [...written.slice(30, 40), ...written.slice(50, 70), ...written.slice(70)];
    const all = left.toSorted((a, b) => a - b);
    for (const after of [0, ...written])
      expect(await readAll(log.source(), after)).toEqual(all.filter((one) => one > after));
  });

  test('a batch that was not acknowledged comes again, to the same reader and to the next one', async () => {
    const written = await log.append(subjects(5));
    const source = log.source();
    for (const reader of [source, source, log.source()]) {
      const { events } = await reader.read(0, never);
      expect(positionsOf(events)).toEqual(written);
    }
  });

  test('after a crash between taking effect and the acknowledgement nothing is lost', async () => {
    const written = await log.append(subjects(700));
    const crashed = log.source();
    const { events, nextOffset } = await crashed.read(0, never);
    const rest = await readAll(log.source(), nextOffset);
    expect([...positionsOf(events), ...rest]).toEqual(written);
  });

  test('two readers do not take events from each other', async () => {
    const written = await log.append(subjects(600));
    const [one, two] = [log.source(), log.source()];
    expect(await Promise.all([readAll(one, 0), readAll(two, 0)])).toEqual([written, written]);
    const more = await log.append(['a', 'b']);
    const after = written.at(-1)!;
    expect(await readAll(one, after)).toEqual(more);
    expect(await readAll(two, after)).toEqual(more);
  });

  test('a position that was set back is read from again', async () => {
    const written = await log.append(subjects(10));
    const source = log.source();
    await readAll(source, 0);
    for (const back of [0, 5]) {
      const batch = await source.read(written[back - 1] ?? 0, never);
      expect(positionsOf(batch.events)).toEqual(written.slice(back));
      await batch.ack();
    }
  });

  test('a position that somebody else moved on, with a batch in hand, leaves nothing out', async () => {
    const [first] = await log.append(['a']);
    const source = log.source();
    await readAll(source, 0);
    const more = await log.append(subjects(10));
    await source.read(first!, never);
    const { events } = await source.read(more[1]!, never);
    expect(positionsOf(events)).toEqual(more.slice(2));
  });

  test('a wait ends with the event that it waits for', async () => {
    const [last] = await log.append(['a']);
    const source = log.source(10_000);
    await readAll(source, 0);
    const waiting = source.read(last!, never);
    const startedAt = performance.now();
    const more = await log.append(['b']);
    const { events, nextOffset, endOffset } = await waiting;
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(positionsOf(events)).toEqual(more);
    expect([nextOffset, endOffset]).toEqual([more[0], more[0]]);
  });

  test('a wait for nothing ends without events, where it began', async () => {
    const [last] = await log.append(['a']);
    for (const source of [log.source(), log.source()]) {
      const { events, nextOffset, endOffset } = await source.read(last!, never);
      expect({ events, next: nextOffset, head: endOffset }).toEqual({
        events: [],
        next: last,
        head: last,
      });
    }
  });

  test('an empty log has the head 0', async () => {
    const { events, nextOffset, endOffset } = await log.source().read(0, never);
    expect({ events, next: nextOffset, head: endOffset }).toEqual({ events: [], next: 0, head: 0 });
  });

  test('a wait that is given up ends at once, and what comes meanwhile is not lost', async () => {
    const [last] = await log.append(['a']);
    const source = log.source(10_000);
    await readAll(source, 0);
    const leaving = new AbortController();
    const waiting = source.read(last!, leaving.signal);
    leaving.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const more = await log.append(['b']);
    expect(await readAll(source, last!)).toEqual(more);
  });

  test('a position that the log never gave is an error of its own', async () => {
    const [last] = await log.append(['a']);
    const reading = log.source().read(last! + 1, never);
    await expect(reading).rejects.toThrow(UnknownOffset);
    await expect(log.source().read(last!, never)).resolves.toMatchObject({ nextOffset: last });
  });

  test('a log that is away fails each read, and what it had is there when it comes back', async () => {
    const written = await log.append(subjects(3));
    const source = log.source();
    const first = await source.read(0, never);
    await first.ack();
    const waiting = source.read(written[2]!, never);
    const leftAt = performance.now();
    await log.stop();
    await expect(waiting).rejects.toThrow(SourceError);
    expect(performance.now() - leftAt).toBeLessThan(5_000);
    await expect(source.read(written[2]!, never)).rejects.toThrow(SourceError);
    await log.restart();
    const more = await log.append(['x']);
    expect(await untilRead(source, written[2]!)).toEqual(more);
  });

  test('a log that is away at the start is read when it comes', async () => {
    const written = await log.append(subjects(3));
    await log.stop();
    const source = log.source();
    await expect(source.read(0, never)).rejects.toThrow(SourceError);
    await log.restart();
    expect(await untilRead(source, 0)).toEqual(written);
  });

  test('followers that fail, crash and lose their log have every event once and in order', async () => {
    const state = { position: 0, seen: [] as number[] };
    const { log: lines } = memoryLog();
    let calls = 0;
    const options = (): ConsumerOptions => ({
      name: 'test',
      source: log.source(),
      offset: () => state.position,
      async apply({ events, nextOffset }) {
        calls += 1;
        if (calls % 4 === 2) throw new Error('cannot now');
        for (const position of positionsOf(events))
          if (position > state.position) state.seen.push(position);
        state.position = Math.max(state.position, nextOffset);
        // As if the process had ended here: nothing is acknowledged.
        if (calls % 4 === 0) throw new Error('crashed');
        return {};
      },
      log: lines,
      metrics: createMetrics(),
    });
    const written: number[] = [];
    let following = startConsumer(options());
    for (let round = 0; round < 6; round += 1) {
      written.push(...(await log.append(subjects(120, `r${round}-`))));
      if (round === 2) {
        await following.stop();
        following = startConsumer(options());
      }
      if (round === 4) {
        await log.stop();
        await log.restart();
      }
    }
    while (state.position < written.at(-1)!)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await following.stop();
    expect(state.seen).toEqual(written);
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
