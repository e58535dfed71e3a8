// The loop that consumes a log, whichever source it reads from.
import { describe, expect, jest, test } from '@jest/globals';
import { SourceError, UnknownOffset } from 'chassis/events/source';
import { backOff } from 'chassis/base/time';
import { event, startTestConsumer } from '../support/test-consumer.ts';

test('applies events in order, acknowledges each batch after that, and reads on from its end', async () => {
  const { consumer, nextRead, calls } = startTestConsumer();
  (await nextRead()).resolve({ events: [event(1), event(4)], nextOffset: 4, endOffset: 9 });
  const second = await nextRead();
  expect(second.after).toBe(4);
  second.resolve({ events: [event(9)], nextOffset: 9 });
  expect((await nextRead()).after).toBe(9);
  await consumer.stop();
  expect(calls).toEqual(['apply 1,4', 'ack 4', 'apply 9', 'ack 9', 'closed']);
});

test('applies an empty batch that moves the offset, and only acknowledges an empty batch that does not', async () => {
  const { consumer, nextRead, nextPause, calls, state } = startTestConsumer();
  (await nextRead()).resolve({ nextOffset: 7 });
  (await nextRead()).resolve({});
  (await nextPause()).end();
  expect((await nextRead()).after).toBe(7);
  await consumer.stop();
  expect(calls).toEqual(['apply ', 'ack 7', 'ack 7', 'closed']);
  expect(state.offset).toBe(7);
});

test('pauses before the next read when a source returns an empty batch at once', async () => {
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

/** Starts a consumer; `seconds` reads how long ago it was known to be complete. */
function startCompleteness() {
  const started = startTestConsumer();
  const seconds = async () =>
    Number(/^test_log_complete_age_seconds (.*)$/m.exec(await started.metrics.text())?.[1]);
  return { ...started, seconds };
}

describe('failures', () => {
  test('leave a batch unacknowledged when it cannot be applied, and it is read again after a pause', async () => {
    let tries = 0;
    const { consumer, nextRead, nextPause, calls, state } = startTestConsumer({
      apply({ nextOffset }) {
        tries += 1;
        if (tries === 1) throw new Error('the database is unreachable');
        state.offset = nextOffset;
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
    expect(calls).toEqual(['ack 1']);
    await consumer.stop();
  });

  test('lengthen the pause each time, up to 5 s; a success shortens it again', async () => {
    const { consumer, nextRead, nextPause } = startTestConsumer();
    const pauses: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      (await nextRead()).reject(new SourceError('unreachable'));
      const pause = await nextPause();
      pauses.push(pause.ms);
      pause.end();
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    (await nextRead()).reject(new SourceError('unreachable'));
    expect((await nextPause()).ms).toBe(250);
    await consumer.stop();
  });

  test.each([
    [1, 0, 125],
    [1, 0.5, 188],
    [3, 0, 500],
    [2000, 0, 2500],
    [2000, 0.999_999, 5000],
  ])('%i in a row, with a random number of %d, cause a pause of %i ms', (failures, random, ms) => {
    expect(backOff(failures, () => random)).toBe(ms);
  });

  test('include an offset that cannot be read', async () => {
    let tries = 0;
    const { consumer, nextRead, nextPause, metrics } = startTestConsumer({
      async offset() {
        tries += 1;
        if (tries === 1) throw new Error('not ready');
        return { offset: 3 };
      },
    });
    (await nextPause()).end();
    expect((await nextRead()).after).toBe(3);
    expect(await metrics.text()).toContain('test_log_failures_total{step="position"} 1');
    await consumer.stop();
  });

  test('include an apply that does not move the offset', async () => {
    const { consumer, nextRead, nextPause, lines } = startTestConsumer({ apply: () => ({}) });
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    (await nextPause()).end();
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    expect((await nextPause()).ms).toBe(500);
    expect(lines[0]).toMatchObject({ step: 'apply', retryInMs: 250 });
    await consumer.stop();
  });

  test('include an acknowledgement that fails; the applied batch is not applied again', async () => {
    const { consumer, nextRead, nextPause, calls, lines } = startTestConsumer();
    (await nextRead()).resolve({
      events: [event(1)],
      nextOffset: 1,
      ack: () => Promise.reject(new SourceError('the broker is unreachable')),
    });
    (await nextPause()).end();
    expect((await nextRead()).after).toBe(1);
    expect(calls).toEqual(['apply 1']);
    expect(lines[0]).toMatchObject({ step: 'acknowledge', message: 'the broker is unreachable' });
    await consumer.stop();
  });

  test('are logged without any content of an event or a statement', async () => {
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

  test('of a source that is away for a moment, as at a normal start, are no warning', async () => {
    const { consumer, nextRead, nextPause, lines } = startTestConsumer();
    (await nextRead()).reject(new SourceError('the feed cannot be reached'));
    (await nextPause()).end();
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    await nextRead();
    expect(lines.filter(({ level }) => Number(level) > 30)).toEqual([]);
    expect(JSON.stringify(lines)).not.toContain('works again');
    await consumer.stop();
  });

  test('that repeat are all counted, but an outage is one warning after 20 s, and one every ten minutes', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    try {
      const { consumer, nextRead, nextPause, lines, metrics } = startTestConsumer();
      const fail = async (times: number) => {
        for (let i = 0; i < times; i += 1) {
          (await nextRead()).reject(new SourceError('the feed is too slow'));
          (await nextPause()).end();
        }
      };
      const warnings = () => lines.filter(({ level }) => level === 40);
      await fail(20);
      expect(warnings()).toEqual([]);
      clock.mockReturnValue(21_000);
      await fail(10);
      expect(warnings()).toHaveLength(1);
      expect(warnings()[0]).toMatchObject({ step: 'read', message: 'the feed is too slow' });
      expect(warnings()[0]).not.toHaveProperty('leftOut');
      clock.mockReturnValue(620_999);
      await fail(1);
      expect(warnings()).toHaveLength(1);
      clock.mockReturnValue(621_000);
      await fail(1);
      expect(warnings()[1]).toMatchObject({ leftOut: 10 });
      expect(await metrics.text()).toContain('test_log_failures_total{step="read"} 32');
      (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
      await nextRead();
      expect(lines).toContainEqual(
        expect.objectContaining({ level: 30, failures: 32, msg: 'consuming the log works again' }),
      );
      await consumer.stop();
    } finally {
      clock.mockRestore();
    }
  });
});

describe('stopping', () => {
  test('ends a wait for new events at once; a batch that still arrives is neither applied nor acknowledged', async () => {
    const { consumer, nextRead, calls } = startTestConsumer();
    const read = await nextRead();
    await consumer.stop();
    expect(read.signal.aborted).toBe(true);
    read.resolve({ events: [event(1)], nextOffset: 1 });
    await Promise.resolve();
    expect(calls).toEqual(['closed']);
  });

  test('waits until the current batch is applied, and acknowledges it', async () => {
    const applying = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { consumer, nextRead, calls, state } = startTestConsumer({
      async apply({ nextOffset }) {
        applying.resolve();
        await finish.promise;
        state.offset = nextOffset;
        return {};
      },
    });
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    await applying.promise;
    const stopped = consumer.stop();
    finish.resolve();
    await stopped;
    expect(state.offset).toBe(1);
    expect(calls).toEqual(['ack 1', 'closed']);
  });

  test('does not wait for the pause before a retry', async () => {
    const { consumer, nextRead, nextPause, calls } = startTestConsumer();
    (await nextRead()).reject(new SourceError('unreachable'));
    await nextPause();
    await consumer.stop();
    expect(calls).toEqual(['closed']);
  });

  test('does not wait for `ready`, and reads nothing', async () => {
    const ready = Promise.withResolvers<void>();
    const { consumer, nextRead, calls, lines } = startTestConsumer({ ready: ready.promise });
    let hasRead = false;
    void nextRead().then(() => (hasRead = true));
    await consumer.stop();
    ready.resolve();
    await ready.promise;
    expect({ hasRead, calls, lines }).toEqual({ hasRead: false, calls: ['closed'], lines: [] });
  });
});

test('a restart after the offset was set back ends the wait, and reads from the new offset', async () => {
  const { consumer, nextRead, nextPause, state, metrics, lines } = startTestConsumer();
  state.offset = 50;
  const waiting = await nextRead();
  expect(waiting.after).toBe(50);
  state.offset = 0;
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

test('a restart while the offset is being read reads the offset again', async () => {
  const reading = Promise.withResolvers<void>();
  const second = Promise.withResolvers<number>();
  const offsets = [0, second.promise, 0];
  const { consumer, nextRead } = startTestConsumer({
    async offset() {
      if (offsets.length === 2) reading.resolve();
      return { offset: await offsets.shift()! };
    },
  });
  (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
  await reading.promise;
  consumer.restart();
  second.resolve(1);
  expect((await nextRead()).after).toBe(0);
  await consumer.stop();
});

describe('progress', () => {
  test('is caught up at the end offset of the first batch, and stays so after a restart', async () => {
    const { consumer, nextRead, state, lines } = startTestConsumer();
    let isCaughtUp = false;
    void consumer.caughtUp.then(() => (isCaughtUp = true));
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1, endOffset: 4 });
    (await nextRead()).resolve({ events: [event(3)], nextOffset: 3, endOffset: 9 });
    const third = await nextRead();
    expect([isCaughtUp, consumer.status().caughtUp]).toEqual([false, false]);
    third.resolve({ events: [event(5)], nextOffset: 5, endOffset: 9 });
    await consumer.caughtUp;
    expect(consumer.status()).toMatchObject({ offset: 5, endOffset: 9, caughtUp: true });
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'caught up with the log' }));
    expect((await nextRead()).after).toBe(5);
    state.offset = 0;
    consumer.restart();
    expect((await nextRead()).after).toBe(0);
    expect(consumer.status()).toMatchObject({ offset: 0, caughtUp: true });
    await consumer.stop();
  });

  test.each([
    ['empty', 0],
    ['already applied', 9],
  ])('is caught up at the first batch when the log is %s', async (_, offset) => {
    const { consumer, nextRead, state } = startTestConsumer();
    state.offset = offset;
    (await nextRead()).resolve({ endOffset: offset });
    await consumer.caughtUp;
    await consumer.stop();
    expect(consumer.status()).toEqual({
      offset,
      endOffset: offset,
      state: 'consuming',
      otherEpoch: undefined,
      caughtUp: true,
      lastEventAt: undefined,
      lagMs: 0,
      completeAgeMs: expect.any(Number),
    });
  });

  test('has gauges of the offset, and of the lag in offsets and in seconds', async () => {
    const whileApplying: string[] = [];
    const { consumer, nextRead, nextPause, clock, state, metrics } = startTestConsumer({
      async apply({ nextOffset }) {
        whileApplying.push(await gauges());
        state.offset = nextOffset;
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
    expect(whileApplying).toEqual(['position 0,lag_events 9,lag_seconds 8']);
    expect(await gauges()).toBe('position 4,lag_events 5,lag_seconds 6');

    second.resolve({ events: [event(9)], nextOffset: 9 });
    const third = await nextRead();
    clock.now = 15_000;
    expect(await gauges()).toBe('position 9,lag_events 0,lag_seconds 0');
    expect(consumer.status().lastEventAt).toBe(9_000);

    third.reject(new SourceError('unreachable'));
    await nextPause();
    clock.now = 17_000;
    expect(await gauges()).toBe('position 9,lag_events 0,lag_seconds 7');
    await consumer.stop();
  });

  test('has no negative lag after an event with a future time, and accepts events without a time', async () => {
    const { consumer, nextRead, clock } = startTestConsumer();
    clock.now = 5_000;
    (await nextRead()).resolve({ events: [event(60)], nextOffset: 60, endOffset: 90 });
    (await nextRead()).resolve({ events: [null, 'x'], nextOffset: 61, endOffset: 90 });
    await nextRead();
    expect(consumer.status()).toMatchObject({ lagMs: 0, lastEventAt: 60_000 });
    await consumer.stop();
  });

  describe('is known to be complete', () => {
    const epochs = [{ id: '1111111111111111', beganAfter: 0 }];
    const other = [{ id: '2222222222222222', beganAfter: 0 }];
    test('at each answer of the log itself that has nothing more, and not while it has more or fails', async () => {
      const { consumer, nextRead, nextPause, clock, seconds } = startCompleteness();
      const first = await nextRead();
      clock.now = 3_000;
      expect(await seconds()).toBe(3);
      first.resolve({ events: [event(2)], nextOffset: 2, endOffset: 4 });
      const second = await nextRead();
      expect([await seconds(), consumer.status().completeAgeMs]).toEqual([3, undefined]);
      second.resolve({ events: [event(4)], nextOffset: 4 });
      const third = await nextRead();
      expect(await seconds()).toBe(0);
      clock.now = 8_000;
      third.reject(new SourceError('unreachable'));
      (await nextPause()).end();
      await nextRead();
      expect(await seconds()).toBe(5);
      await consumer.stop();
    });

    test('by a copy of the log only since a heartbeat at its offset, in its epoch', async () => {
      const { consumer, nextRead, clock, seconds } = startCompleteness();
      const batch = { events: [event(4)], nextOffset: 4, epochs };
      (await nextRead()).resolve({ ...batch, heartbeat: null });
      clock.now = 10_000;
      const later = await nextRead();
      expect(await seconds()).toBe(10);
      later.resolve({
        events: [event(5)],
        nextOffset: 5,
        epochs,
        heartbeat: { offset: 9, epochs, at: 8_000 },
      });
      (await nextRead()).resolve({
        events: [event(6)],
        nextOffset: 6,
        epochs,
        heartbeat: { offset: 5, epochs: other, at: 8_000 },
      });
      const last = await nextRead();
      expect(await seconds()).toBe(10);
      last.resolve({
        events: [event(7)],
        nextOffset: 7,
        epochs,
        heartbeat: { offset: 7, epochs, at: 8_000 },
      });
      await nextRead();
      expect(await seconds()).toBe(2);
      expect(consumer.status().completeAgeMs).toBe(2_000);
      await consumer.stop();
    });
  });

  test('counts events by outcome', async () => {
    const { consumer, nextRead, state, metrics } = startTestConsumer({
      apply({ nextOffset }) {
        state.offset = nextOffset;
        return { skipped: 2, invalid: 1 };
      },
    });
    expect(await metrics.text()).toContain('test_log_events_total{outcome="broken"} 0');
    (await nextRead()).resolve({
      events: [1, 2, 3, 4, 5].map((offset) => event(offset)),
      nextOffset: 5,
    });
    await nextRead();
    const text = await metrics.text();
    expect(text).toContain('test_log_events_total{outcome="applied"} 2');
    expect(text).toContain('test_log_events_total{outcome="skipped"} 2');
    expect(text).toContain('test_log_events_total{outcome="broken"} 1');
    await consumer.stop();
  });
});

const stateIn = async (text: Promise<string>): Promise<string[]> =>
  [...(await text).matchAll(/^test_log_state\{state="(\w+)"\} 1$/gm)].map(([, state]) => state!);

describe('state', () => {
  const FIRST = { id: '1111111111111111', beganAfter: 0 };
  const SECOND = { id: '2222222222222222', beganAfter: 4 };
  test('is one series for each state, of which one is 1', async () => {
    const { consumer, nextRead, nextPause, metrics } = startTestConsumer();
    const first = await nextRead();
    expect(await stateIn(metrics.text())).toEqual(['catching_up']);
    expect(await metrics.text()).toContain('test_log_state{state="lost"} 0');
    first.resolve({ events: [event(1)], nextOffset: 1, endOffset: 9 });
    const second = await nextRead();
    expect(await stateIn(metrics.text())).toEqual(['catching_up']);
    second.resolve({ events: [event(9)], nextOffset: 9 });
    const third = await nextRead();
    expect(await stateIn(metrics.text())).toEqual(['consuming']);
    third.reject(new SourceError('unreachable'));
    const pause = await nextPause();
    expect(await stateIn(metrics.text())).toEqual(['source_away']);
    pause.end();
    (await nextRead()).resolve({});
    await nextPause();
    expect(await stateIn(metrics.text())).toEqual(['consuming']);
    await consumer.stop();
  });

  test('is stuck while a batch cannot be applied', async () => {
    const { consumer, nextRead, nextPause, metrics } = startTestConsumer({
      apply: () => Promise.reject(new Error('no database')),
    });
    (await nextRead()).resolve({ events: [event(1)], nextOffset: 1 });
    await nextPause();
    expect(await stateIn(metrics.text())).toEqual(['stuck']);
    await consumer.stop();
  });

  test('is lost with a lag that is not 0, and an error in the log, while the source does not know the offset', async () => {
    const { consumer, nextRead, nextPause, state, lines, metrics } = startTestConsumer();
    state.offset = 5;
    consumer.restart();
    await nextRead();
    const read = await nextRead();
    read.resolve({ events: [event(9)], nextOffset: 9 });
    (await nextRead()).reject(new UnknownOffset('the stream ends before this offset'));
    const pause = await nextPause();
    expect(await stateIn(metrics.text())).toEqual(['lost']);
    expect(await metrics.text()).toMatch(/^test_log_lag_events 1$/m);
    expect(lines.at(-1)).toMatchObject({
      level: 50,
      error: 'UnknownOffset',
      msg: 'the log is not the one that was consumed; nothing is taken from it',
    });
    pause.end();
    (await nextRead()).resolve({});
    await nextPause();
    expect(await stateIn(metrics.text())).toEqual(['consuming']);
    await consumer.stop();
  });

  test('is other_epoch, and nothing is applied, while the log does not continue the offset', async () => {
    const { consumer, nextRead, nextPause, calls, lines, metrics } = startTestConsumer();
    (await nextRead()).resolve({ events: [event(5)], nextOffset: 5, epochs: [FIRST] });
    const batch = { events: [event(900)], nextOffset: 900, epochs: [FIRST, SECOND] };
    (await nextRead()).resolve(batch);
    const pause = await nextPause();
    expect(await stateIn(metrics.text())).toEqual(['other_epoch']);
    expect(consumer.status()).toMatchObject({ offset: 5, otherEpoch: SECOND.id });
    expect(calls).toEqual(['apply 5', 'ack 5']);
    expect(lines.at(-1)).toMatchObject({ level: 50, error: 'OtherEpoch' });
    pause.end();
    // The same log again, whose second epoch began at the offset, is a continuation.
    const continued = [FIRST, { ...SECOND, beganAfter: 5 }];
    (await nextRead()).resolve({ ...batch, epochs: continued });
    await nextRead();
    expect(calls.at(-1)).toBe('ack 900');
    expect(await stateIn(metrics.text())).toEqual(['consuming']);
    await consumer.stop();
  });

  test('is forgotten by a restart', async () => {
    const { consumer, nextRead, nextPause, metrics } = startTestConsumer();
    (await nextRead()).reject(new UnknownOffset('it ends before'));
    await nextPause();
    consumer.restart();
    await nextRead();
    expect(await stateIn(metrics.text())).toEqual(['catching_up']);
    await consumer.stop();
  });
});

test('applies a batch without events when the log names the first epoch', async () => {
  const epochs = [{ id: '1111111111111111', beganAfter: 0 }];
  const { consumer, nextRead, nextPause, calls, state } = startTestConsumer();
  (await nextRead()).resolve({ events: [event(5)], nextOffset: 5 });
  (await nextRead()).resolve({ epochs });
  (await nextPause()).end();
  expect(state).toEqual({ offset: 5, epoch: epochs[0]!.id });
  (await nextRead()).resolve({ epochs });
  await nextPause();
  expect(calls.filter((call) => call === 'apply ')).toHaveLength(1);
  await consumer.stop();
});

test('measures the lag by a clock that is never set back', async () => {
  const { consumer, nextRead, nextPause, clock } = startTestConsumer();
  clock.now = 10_000;
  (await nextRead()).resolve({ events: [event(9)], nextOffset: 9 });
  (await nextRead()).reject(new SourceError('unreachable'));
  await nextPause();
  clock.now = 25_000;
  // An hour back, or on: it makes no difference.
  for (const wallMs of [-3_600_000, 3_600_000]) {
    clock.wallMs = wallMs;
    expect(consumer.status().lagMs).toBe(15_000);
  }
  await consumer.stop();
});
