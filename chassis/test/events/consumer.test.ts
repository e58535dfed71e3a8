// The loop that follows a log, whatever carries it.
import { describe, expect, jest, test } from '@jest/globals';
import { SourceError } from 'chassis/events/source';
import { backOff } from 'chassis/base/time';
import { event, startTestConsumer } from '../support/test-consumer.ts';

test('events take effect in order, each batch is acknowledged after that, and reading goes on where it ended', async () => {
  const { consumer, nextRead, calls } = startTestConsumer();
  (await nextRead()).resolve({ events: [event(1), event(4)], nextOffset: 4, endOffset: 9 });
  const second = await nextRead();
  expect(second.after).toBe(4);
  second.resolve({ events: [event(9)], nextOffset: 9 });
  expect((await nextRead()).after).toBe(9);
  await consumer.stop();
  expect(calls).toEqual(['apply 1,4', 'done 4', 'apply 9', 'done 9', 'closed']);
});

test('a batch without events that leads further takes effect, one that does not is only acknowledged', async () => {
  const { consumer, nextRead, nextPause, calls, state } = startTestConsumer();
  (await nextRead()).resolve({ nextOffset: 7 });
  (await nextRead()).resolve({});
  (await nextPause()).end();
  expect((await nextRead()).after).toBe(7);
  await consumer.stop();
  expect(calls).toEqual(['apply ', 'done 7', 'done 7', 'closed']);
  expect(state.position).toBe(7);
});

test('a source that comes back at once with nothing is not asked without end', async () => {
  const { consumer, nextRead, nextPause, clock } = startTestConsumer();
  (await nextRead()).resolve({});
  const pause = await nextPause();
  expect(pause.ms).toBe(100);
  pause.end();
  const read = await nextRead();
  clock.now += 40;
  read.resolve({});
  expect((await nextPause()).ms).toBe(60);
  await consumer.stop();
});

describe('failures', () => {
  test('what could not be applied is not acknowledged, and comes again after a while', async () => {
    let tries = 0;
    const { consumer, nextRead, nextPause, calls, state } = startTestConsumer({
      apply({ nextOffset }) {
        tries += 1;
        if (tries === 1) throw new Error('the database is away');
        state.position = nextOffset;
        return {};
      },
    });
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    (await nextPause()).end();
    expect(calls).toEqual([]);
    const again = await nextRead();
    expect(again.after).toBe(0);
    again.resolve({ events: [event(1)], nextOffset: 1 });
    await nextRead();
    expect(calls).toEqual(['done 1']);
    await consumer.stop();
  });

  test('it waits longer each time, at most 5 s, and begins anew once it worked', async () => {
    const { consumer, nextRead, nextPause } = startTestConsumer();
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      (await nextRead()).reject(new SourceError('away'));
      const pause = await nextPause();
      waits.push(pause.ms);
      pause.end();
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    (await nextRead()).reject(new SourceError('away'));
    expect((await nextPause()).ms).toBe(250);
    await consumer.stop();
  });

  test.each([
    [1, 0, 125],
    [1, 0.5, 188],
    [3, 0, 500],
    [2000, 0, 2500],
    [2000, 0.999_999, 5000],
  ])('after %i failures, by a chance of %d, %i ms', (failures, chance, ms) => {
    expect(backOff(failures, () => chance)).toBe(ms);
  });

  test('a position that cannot be asked for is a failure like any other', async () => {
    let tries = 0;
    const { consumer, nextRead, nextPause, metrics } = startTestConsumer({
      async offset() {
        tries += 1;
        if (tries === 1) throw new Error('not ready');
        return 3;
      },
    });
    (await nextPause()).end();
    expect((await nextRead()).after).toBe(3);
    expect(await metrics.text()).toContain('test_log_failures_total{step="position"} 1');
    await consumer.stop();
  });

  test('an apply that leaves the position where it was is a failure, not an endless loop', async () => {
    const { consumer, nextRead, nextPause, lines } = startTestConsumer({ apply: () => ({}) });
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    (await nextPause()).end();
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    expect((await nextPause()).ms).toBe(500);
    expect(lines[0]).toMatchObject({ step: 'apply', retryInMs: 250 });
    await consumer.stop();
  });

  test('an acknowledgement that fails stops nothing: what took effect is not applied again', async () => {
    const { consumer, nextRead, nextPause, calls, lines } = startTestConsumer();
    (await nextRead()).resolve({
      events: [event(1)],
      nextOffset: 1,
      ack: () => Promise.reject(new SourceError('the broker is away')),
    });
    (await nextPause()).end();
    expect((await nextRead()).after).toBe(1);
    expect(calls).toEqual(['apply 1']);
    expect(lines[0]).toMatchObject({ step: 'acknowledge', message: 'the broker is away' });
    await consumer.stop();
  });

  test('are told without anything that an event or a statement held', async () => {
    const secret = 'ann@example.org';
    const error = Object.assign(new Error(`duplicate key: ${secret}`), {
      code: '23505',
      detail: secret,
      cause: new SyntaxError(`Unexpected token in ${secret}`),
    });
    const { consumer, nextRead, nextPause, lines } = startTestConsumer({
      apply: () => Promise.reject(error),
    });
    (await nextRead()).resolve({ events: [event(1, { data: secret })], nextOffset: 1 });
    await nextPause();
    expect(lines).toEqual([
      expect.objectContaining({
        level: 40,
        consumer: 'test',
        step: 'apply',
        error: 'Error',
        code: '23505',
        retryInMs: 250,
        cause: { error: 'SyntaxError' },
        at: expect.arrayContaining([expect.stringContaining('consumer.test.ts')]),
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain(secret);
    await consumer.stop();
  });

  test('that repeat are a few lines a minute, all are counted, and the next line says how many were left out', async () => {
    const minutes = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    try {
      const { consumer, nextRead, nextPause, lines, metrics } = startTestConsumer();
      const failing = async (times: number) => {
        for (let i = 0; i < times; i += 1) {
          (await nextRead()).reject(new SourceError('the feed is too slow'));
          (await nextPause()).end();
        }
      };
      await failing(20);
      expect(lines).toHaveLength(3);
      expect(lines[0]).toMatchObject({ step: 'read', message: 'the feed is too slow' });
      expect(lines[0]).not.toHaveProperty('leftOut');
      minutes.mockReturnValue(62_000);
      await failing(1);
      expect(lines[3]).toMatchObject({ leftOut: 17 });
      expect(await metrics.text()).toContain('test_log_failures_total{step="read"} 21');
      (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
      await nextRead();
      expect(lines).toContainEqual(
        expect.objectContaining({ level: 30, failures: 21, msg: 'consuming the log works again' }),
      );
      await consumer.stop();
    } finally {
      minutes.mockRestore();
    }
  });
});

describe('stopping', () => {
  test('ends a wait for news at once; what still comes is neither applied nor acknowledged', async () => {
    const { consumer, nextRead, calls } = startTestConsumer();
    const read = await nextRead();
    await consumer.stop();
    expect(read.signal.aborted).toBe(true);
    read.resolve({ events: [event(1)], nextOffset: 1 });
    await Promise.resolve();
    expect(calls).toEqual(['closed']);
  });

  test('waits for the batch in hand, and acknowledges it', async () => {
    const applying = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { consumer, nextRead, calls, state } = startTestConsumer({
      async apply({ nextOffset }) {
        applying.resolve();
        await finish.promise;
        state.position = nextOffset;
        return {};
      },
    });
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    await applying.promise;
    const stopped = consumer.stop();
    finish.resolve();
    await stopped;
    expect(state.position).toBe(1);
    expect(calls).toEqual(['done 1', 'closed']);
  });

  test('does not wait until it would try again', async () => {
    const { consumer, nextRead, nextPause, calls } = startTestConsumer();
    (await nextRead()).reject(new SourceError('away'));
    await nextPause();
    await consumer.stop();
    expect(calls).toEqual(['closed']);
  });

  test('does not wait for what it was to be ready for, and nothing was read', async () => {
    const ready = Promise.withResolvers<void>();
    const { consumer, nextRead, calls, lines } = startTestConsumer({ ready: ready.promise });
    let asked = false;
    void nextRead().then(() => (asked = true));
    await consumer.stop();
    ready.resolve();
    await ready.promise;
    expect({ asked, calls, lines }).toEqual({ asked: false, calls: ['closed'], lines: [] });
  });
});

test('a position that somebody set back ends the wait, and what follows it is read', async () => {
  const { consumer, nextRead, nextPause, state, metrics, lines } = startTestConsumer();
  state.position = 50;
  const waiting = await nextRead();
  expect(waiting.after).toBe(50);
  state.position = 0;
  consumer.restart();
  expect(waiting.signal.aborted).toBe(true);
  const again = await nextRead();
  expect(again.after).toBe(0);
  again.resolve({});
  await nextPause();
  expect(lines.filter(({ level }) => level === 40)).toEqual([]);
  expect(await metrics.text()).toContain('test_log_failures_total{step="read"} 0');
  await consumer.stop();
});

test('a position that is set back while it is being asked for is asked for again', async () => {
  const asking = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<number>();
  const answers = [0, answer.promise, 0];
  const { consumer, nextRead } = startTestConsumer({
    offset() {
      if (answers.length === 2) asking.resolve();
      return answers.shift()!;
    },
  });
  (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
  await asking.promise;
  consumer.restart();
  answer.resolve(1);
  expect((await nextRead()).after).toBe(0);
  await consumer.stop();
});

describe('how far it is', () => {
  test('it has caught up once it reaches the head that it saw first, and says so for good', async () => {
    const { consumer, nextRead, state, lines } = startTestConsumer();
    let told = false;
    void consumer.caughtUp.then(() => (told = true));
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1, endOffset: 4 });
    (await nextRead()).resolve({ events: [event(3)], nextOffset: 3, endOffset: 9 });
    const third = await nextRead();
    expect([told, consumer.status().caughtUp]).toEqual([false, false]);
    third.resolve({ events: [event(5)], nextOffset: 5, endOffset: 9 });
    await consumer.caughtUp;
    expect(consumer.status()).toMatchObject({ offset: 5, endOffset: 9, caughtUp: true });
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'caught up with the log' }));
    expect((await nextRead()).after).toBe(5);
    state.position = 0;
    consumer.restart();
    expect((await nextRead()).after).toBe(0);
    expect(consumer.status()).toMatchObject({ offset: 0, caughtUp: true });
    await consumer.stop();
  });

  test('with an empty log, or one that it knows already, it has caught up at the first answer', async () => {
    const { consumer, nextRead } = startTestConsumer();
    (await nextRead()).resolve({});
    await consumer.caughtUp;
    await consumer.stop();
    expect(consumer.status()).toEqual({
      offset: 0,
      endOffset: 0,
      caughtUp: true,
      lastEventAt: undefined,
      lagMs: 0,
    });
  });

  test('gauges: position, events to go, and for how long changes may be missing', async () => {
    const seen: string[] = [];
    const { consumer, nextRead, nextPause, clock, state, metrics } = startTestConsumer({
      async apply({ nextOffset }) {
        seen.push(await gauges());
        state.position = nextOffset;
        return {};
      },
    });
    const gauges = async (): Promise<string> => {
      const text = await metrics.text();
      const values = /^test_log_(position|lag_events|lag_seconds) .*$/gm;
      return [...text.matchAll(values)].map(([line]) => line.slice('test_log_'.length)).join();
    };
    const first = await nextRead();
    clock.now = 10_000;
    expect(await gauges()).toBe('position 0,lag_events 0,lag_seconds 10');

    first.resolve({ events: [event(2), event(4)], nextOffset: 4, endOffset: 9 });
    const second = await nextRead();
    expect(seen).toEqual(['position 0,lag_events 9,lag_seconds 8']);
    expect(await gauges()).toBe('position 4,lag_events 5,lag_seconds 6');

    second.resolve({ events: [event(9)], nextOffset: 9 });
    const third = await nextRead();
    clock.now = 15_000;
    expect(await gauges()).toBe('position 9,lag_events 0,lag_seconds 0');
    expect(consumer.status().lastEventAt).toBe(9_000);

    third.reject(new SourceError('away'));
    await nextPause();
    clock.now = 17_000;
    expect(await gauges()).toBe('position 9,lag_events 0,lag_seconds 7');
    await consumer.stop();
  });

  test('an event of tomorrow, or without a time, makes no lag that cannot be', async () => {
    const { consumer, nextRead, clock } = startTestConsumer();
    clock.now = 5_000;
    (await nextRead()).resolve({ events: [event(60)], nextOffset: 60, endOffset: 90 });
    (await nextRead()).resolve({ events: [null, 'x'], nextOffset: 61, endOffset: 90 });
    await nextRead();
    expect(consumer.status()).toMatchObject({ lagMs: 0, lastEventAt: 60_000 });
    await consumer.stop();
  });

  test('events are counted by what became of them', async () => {
    const { consumer, nextRead, state, metrics } = startTestConsumer({
      apply({ nextOffset }) {
        state.position = nextOffset;
        return { skipped: 2, invalid: 1 };
      },
    });
    expect(await metrics.text()).toContain('test_log_events_total{outcome="broken"} 0');
    (await nextRead()).resolve({ events: [1, 2, 3, 4, 5].map((at) => event(at)), nextOffset: 5 });
    await nextRead();
    const text = await metrics.text();
    expect(text).toContain('test_log_events_total{outcome="applied"} 2');
    expect(text).toContain('test_log_events_total{outcome="skipped"} 2');
    expect(text).toContain('test_log_events_total{outcome="broken"} 1');
    await consumer.stop();
  });
});
