import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { failureKinds, type FailureKind } from '../../../src/upstream/engine/failure.ts';
import { createBreaker, type Breaker } from '../../../src/upstream/engine/breaker.ts';
import {
  circuitBreaker,
  respectBreaker,
  failFast,
} from '../../../src/upstream/engine/layers/circuit-breaker.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

let breaker: Breaker;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  breaker.close();
  jest.useRealTimers();
});

function arrange(errorPercent = 50) {
  const onTransition = jest.fn();
  const onRejected = jest.fn();
  breaker = createBreaker({
    name: 'identity',
    upstream: 'identity',
    errorPercent,
    volume: 4,
    resetMs: 5000,
    windowMs: 10_000,
    onTransition,
    onRejected,
  });
  const { call, asked } = deferredCall<number, string>();
  const guarded = circuitBreaker<number, string>(breaker)(call);
  const failTimes = async (times: number, kind: FailureKind = 'refused'): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      const attempt = guarded(1, aCaller());
      asked.at(-1)!.fail(failure(kind));
      await attempt.catch(() => undefined);
    }
  };
  return { guarded, asked, failTimes, onTransition, onRejected };
}

test('enough failures open it, and then nothing goes out', async () => {
  const { guarded, asked, failTimes, onTransition, onRejected } = arrange();
  await failTimes(4);
  expect(breaker.state).toBe('open');
  await expect(guarded(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
  expect(asked).toHaveLength(4);
  expect(onTransition.mock.calls).toEqual([['open']]);
  expect(onRejected).toHaveBeenCalledTimes(1);
});

test.each(
  Object.entries(failureKinds).map(([kind, { trips }]): [FailureKind, boolean] => [
    kind as FailureKind,
    trips,
  ]),
)('many attempts that end as %s: it opens: %s', async (kind, trips) => {
  const { failTimes } = arrange();
  await failTimes(8, kind);
  expect(breaker.state).toBe(trips ? 'open' : 'closed');
});

test.each([
  [50, [true, false, true, false], 'open'],
  [51, [true, false, true, false], 'closed'],
  [100, [false, false, false, false], 'open'],
  [100, [true, false, false, false], 'closed'],
] as const)(
  'at %d %%, after attempts that went well: %j, it is %s',
  async (errorPercent, went, state) => {
    const { guarded, asked } = arrange(errorPercent);
    for (const well of went) {
      const attempt = guarded(1, aCaller());
      if (well) asked.at(-1)!.answer('cat');
      else asked.at(-1)!.fail(failure('refused'));
      await attempt.catch(() => undefined);
    }
    expect(breaker.state).toBe(state);
  },
);

test('while it is open, nobody waits for a place to be refused at', async () => {
  const { failTimes, onRejected } = arrange();
  await failTimes(4);
  const inner = deferredCall<number, string>();
  await expect(failFast<number, string>(breaker)(inner.call)(1, aCaller())).rejects.toMatchObject({
    kind: 'open',
  });
  expect(inner.asked).toHaveLength(0);
  expect(onRejected).toHaveBeenCalledTimes(1);
});

test('a bug of ours does not open it', async () => {
  const { guarded, asked } = arrange();
  for (let count = 0; count < 8; count += 1) {
    const attempt = guarded(1, aCaller());
    asked.at(-1)!.fail(new TypeError('a bug'));
    await expect(attempt).rejects.toThrow(TypeError);
  }
  expect(breaker.state).toBe('closed');
});

test('half-open, one probe goes out and everybody else is refused; its success closes it', async () => {
  const { guarded, asked, failTimes, onTransition } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  expect(breaker.state).toBe('half_open');
  const probe = guarded(1, aCaller());
  for (let count = 0; count < 49; count += 1)
    await expect(guarded(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
  expect(asked).toHaveLength(5);
  asked[4]!.answer('cat');
  await probe;
  expect(breaker.state).toBe('closed');
  expect(onTransition.mock.calls).toEqual([['open'], ['half_open'], ['closed']]);
});

test('closed again, it has forgotten the failures from before', async () => {
  const { guarded, asked, failTimes } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  const probe = guarded(1, aCaller());
  asked.at(-1)!.answer('cat');
  await probe;
  await failTimes(3);
  expect(breaker.state).toBe('closed');
  await failTimes(1);
  expect(breaker.state).toBe('open');
});

test('a probe that fails opens it again', async () => {
  const { failTimes } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  await failTimes(1);
  expect(breaker.state).toBe('open');
});

test('a client that leaves does not end the probe: its hang-up must not close the breaker', async () => {
  const { guarded, asked, failTimes } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  const caller = aCaller();
  const probe = guarded(1, caller);
  caller.cancellation.cancel('left');
  expect(asked[4]!.caller.cancellation.cancelled).toBe(false);
  expect(breaker.state).toBe('half_open');
  asked[4]!.fail(failure('timeout'));
  await expect(probe).rejects.toMatchObject({ kind: 'timeout' });
  expect(breaker.state).toBe('open');
});

test('forced open it refuses, whatever the upstream does, until auto', async () => {
  const { guarded, asked, onTransition } = arrange();
  breaker.force('open');
  await expect(guarded(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(breaker.state).toBe('forced_open');
  breaker.force('auto');
  void guarded(1, aCaller()).catch(() => undefined);
  expect(asked).toHaveLength(1);
  expect(onTransition.mock.calls).toEqual([['forced_open'], ['closed']]);
});

test('forced closed it lets everything through, whatever fails, and auto starts with a clean slate', async () => {
  const { failTimes } = arrange();
  await failTimes(4);
  breaker.force('close');
  await failTimes(20);
  expect(breaker.state).toBe('forced_closed');
  breaker.force('auto');
  expect(breaker.state).toBe('closed');
  await failTimes(1);
  expect(breaker.state).toBe('closed');
});

test('auto, said to a breaker that nobody forced, changes nothing', async () => {
  const { failTimes } = arrange();
  await failTimes(4);
  breaker.force('auto');
  expect(breaker.state).toBe('open');
});

function aside() {
  const arranged = arrange();
  const { call, asked } = deferredCall<number, string>();
  return { ...arranged, heeding: respectBreaker<number, string>(breaker)(call), aside: asked };
}

describe('what is asked aside', () => {
  test('goes out while the breaker is closed, and however it fails, the breaker does not hear of it', async () => {
    const { heeding, aside: asked } = aside();
    for (let count = 0; count < 20; count += 1) {
      const attempt = heeding(1, aCaller());
      asked.at(-1)!.fail(failure('timeout'));
      await expect(attempt).rejects.toMatchObject({ kind: 'timeout' });
    }
    expect(breaker.report()).toMatchObject({ state: 'closed', window: { attempts: 0 } });
  });

  test('does not go out while it is open, nor while it is half-open: the probe is somebody else’s', async () => {
    const { heeding, aside: asked, guarded, failTimes } = aside();
    await failTimes(4);
    await expect(heeding(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    await jest.advanceTimersByTimeAsync(5000);
    expect(breaker.state).toBe('half_open');
    await expect(heeding(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    expect(breaker.available).toBe(true);
    void guarded(1, aCaller()).catch(() => undefined);
    await expect(heeding(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    expect(asked).toEqual([]);
  });

  test('keeps to an operator’s word', async () => {
    const { heeding, aside: asked } = aside();
    breaker.force('open');
    await expect(heeding(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    breaker.force('close');
    void heeding(1, aCaller());
    expect(asked).toHaveLength(1);
  });
});

test('its report holds state, since when, the counts of its window, and its settings', async () => {
  const { failTimes } = arrange();
  await failTimes(2);
  expect(breaker.report()).toEqual({
    name: 'identity',
    state: 'closed',
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    window: { attempts: 2, successes: 0, failures: 2 },
    settings: { errorPercent: 50, volume: 4, resetMs: 5000, windowMs: 10_000 },
  });
});
