import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  failureKinds,
  UpstreamFailure,
  type FailureKind,
} from '../../../src/upstream/engine/failure.ts';
import {
  createBreaker,
  type Breaker,
  type BreakerOptions,
} from '../../../src/upstream/engine/breaker.ts';
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
  const onTransition = jest.fn<BreakerOptions['onTransition']>();
  const transitions = () => onTransition.mock.calls.map(([to]) => to);
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
  const { call, requests } = deferredCall<number, string>();
  const guarded = circuitBreaker<number, string>(breaker, () => true)(call);
  const failTimes = async (times: number, kind: FailureKind = 'refused'): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      const attempt = guarded(1, aCaller());
      requests.at(-1)!.fail(failure(kind));
      await attempt.catch(() => undefined);
    }
  };
  return { guarded, requests, failTimes, transitions, onRejected };
}

test('opens after enough failures, and then sends nothing', async () => {
  const { guarded, requests, failTimes, transitions, onRejected } = arrange();
  await failTimes(4);
  expect(breaker.state).toBe('open');
  await expect(guarded(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
  expect(requests).toHaveLength(4);
  expect(transitions()).toEqual(['open']);
  expect(onRejected).toHaveBeenCalledTimes(1);
});

test.each(
  Object.entries(failureKinds).map(([kind, { trips }]): [FailureKind, boolean] => [
    kind as FailureKind,
    trips,
  ]),
)('8 attempts that fail as %s open the breaker: %s', async (kind, trips) => {
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
  'with an error limit of %d %%, after the successes and failures %j, the state is %s',
  async (errorPercent, outcomes, state) => {
    const { guarded, requests } = arrange(errorPercent);
    for (const succeeds of outcomes) {
      const attempt = guarded(1, aCaller());
      if (succeeds) requests.at(-1)!.answer('cat');
      else requests.at(-1)!.fail(failure('refused'));
      await attempt.catch(() => undefined);
    }
    expect(breaker.state).toBe(state);
  },
);

test('fails fast while it is open: the call does not reach the bulkhead', async () => {
  const { failTimes, onRejected } = arrange();
  await failTimes(4);
  const inner = deferredCall<number, string>();
  await expect(failFast<number, string>(breaker)(inner.call)(1, aCaller())).rejects.toMatchObject({
    kind: 'open',
  });
  expect(inner.requests).toHaveLength(0);
  expect(onRejected).toHaveBeenCalledTimes(1);
});

test('does not open because of bugs', async () => {
  const { guarded, requests } = arrange();
  for (let count = 0; count < 8; count += 1) {
    const attempt = guarded(1, aCaller());
    requests.at(-1)!.fail(new TypeError('a bug'));
    await expect(attempt).rejects.toThrow(TypeError);
  }
  expect(breaker.state).toBe('closed');
});

test('sends one probe while half-open and rejects all other attempts; the probe’s success closes it', async () => {
  const { guarded, requests, failTimes, transitions } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  expect(breaker.state).toBe('half_open');
  const probe = guarded(1, aCaller());
  for (let count = 0; count < 49; count += 1)
    await expect(guarded(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
  expect(requests).toHaveLength(5);
  requests[4]!.answer('cat');
  await probe;
  expect(breaker.state).toBe('closed');
  expect(transitions()).toEqual(['open', 'half_open', 'closed']);
});

test('stays open as long as an upstream asked with Retry-After, and reports the remaining time', async () => {
  const { guarded, requests, failTimes } = arrange();
  const attempt = guarded(1, aCaller());
  const cause = new UpstreamFailure('identity', 'unavailable', {
    retryAfterS: 90,
    hasRetryAfter: true,
  });
  requests.at(-1)!.fail(cause);
  await attempt.catch(() => undefined);
  await failTimes(3);
  await jest.advanceTimersByTimeAsync(30_000);
  expect(breaker.state).toBe('open');
  expect(breaker.reject()).toMatchObject({ kind: 'open', retryAfterS: 60 });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(breaker.state).toBe('half_open');
});

test('believes no Retry-After above two minutes', async () => {
  const { guarded, requests } = arrange();
  for (let count = 0; count < 4; count += 1) {
    const attempt = guarded(1, aCaller());
    const details = { retryAfterS: 300, hasRetryAfter: true };
    requests.at(-1)!.fail(new UpstreamFailure('identity', 'unavailable', details));
    await attempt.catch(() => undefined);
  }
  expect(breaker.reject()).toMatchObject({ retryAfterS: 120 });
  await jest.advanceTimersByTimeAsync(120_000);
  expect(breaker.state).toBe('half_open');
});

test('a failure that asked for a wait does not keep a breaker open that opens later', async () => {
  const { guarded, requests, failTimes } = arrange();
  const attempt = guarded(1, aCaller());
  const details = { retryAfterS: 7, hasRetryAfter: true };
  requests.at(-1)!.fail(new UpstreamFailure('identity', 'unavailable', details));
  await attempt.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(7000);
  await failTimes(3);
  expect(breaker.reject()).toMatchObject({ retryAfterS: 5 });
});

test('starts with an empty window when it closes again', async () => {
  const { guarded, requests, failTimes } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  const probe = guarded(1, aCaller());
  requests.at(-1)!.answer('cat');
  await probe;
  await failTimes(3);
  expect(breaker.state).toBe('closed');
  await failTimes(1);
  expect(breaker.state).toBe('open');
});

test('opens again when the probe fails', async () => {
  const { failTimes } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  await failTimes(1);
  expect(breaker.state).toBe('open');
});

test('lets the probe run to its end when its client disconnects, so that a disconnect cannot close the breaker', async () => {
  const { guarded, requests, failTimes } = arrange();
  await failTimes(4);
  await jest.advanceTimersByTimeAsync(5000);
  const caller = aCaller();
  const probe = guarded(1, caller);
  caller.cancellation.cancel('left');
  expect(requests[4]!.caller.cancellation.cancelled).toBe(false);
  expect(breaker.state).toBe('half_open');
  requests[4]!.fail(failure('timeout'));
  await expect(probe).rejects.toMatchObject({ kind: 'timeout' });
  expect(breaker.state).toBe('open');
});

test('rejects every attempt while forced open, whatever the upstream does, until auto', async () => {
  const { guarded, requests, transitions } = arrange();
  const earlier = Array.from({ length: 5 }, () => guarded(1, aCaller()));
  breaker.force('open');
  await expect(guarded(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
  // Attempts that were sent before may still succeed or fail.
  requests[0]!.answer('cat');
  for (const { fail } of requests.slice(1)) fail(failure('timeout'));
  await Promise.allSettled(earlier);
  for (const waitMs of [0, 60_000]) {
    await jest.advanceTimersByTimeAsync(waitMs);
    expect(breaker.state).toBe('forced_open');
    await expect(guarded(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
  }
  expect(requests).toHaveLength(5);
  breaker.force('auto');
  void guarded(1, aCaller()).catch(() => undefined);
  expect(requests).toHaveLength(6);
  expect(transitions()).toEqual(['forced_open', 'closed']);
});

test('sends every attempt while forced closed, whatever fails; auto starts with an empty window', async () => {
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

test('ignores auto when it is not forced', async () => {
  const { failTimes } = arrange();
  await failTimes(4);
  breaker.force('auto');
  expect(breaker.state).toBe('open');
});

/** Adds a call that only respects the breaker. */
function arrangeRespecting() {
  const arranged = arrange();
  const { call, requests } = deferredCall<number, string>();
  return { ...arranged, respecting: respectBreaker<number, string>(breaker)(call), requests };
}

describe('a call that only respects the breaker', () => {
  test('is sent while the breaker is closed; its failures are not counted', async () => {
    const { respecting, requests } = arrangeRespecting();
    for (let count = 0; count < 20; count += 1) {
      const attempt = respecting(1, aCaller());
      requests.at(-1)!.fail(failure('timeout'));
      await expect(attempt).rejects.toMatchObject({ kind: 'timeout' });
    }
    expect(breaker.report()).toMatchObject({ state: 'closed', window: { attempts: 0 } });
  });

  test('is not sent while the breaker is open or half-open, and never is the probe', async () => {
    const { respecting, requests, guarded, failTimes } = arrangeRespecting();
    await failTimes(4);
    await expect(respecting(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    await jest.advanceTimersByTimeAsync(5000);
    expect(breaker.state).toBe('half_open');
    await expect(respecting(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    expect(breaker.available).toBe(true);
    void guarded(1, aCaller()).catch(() => undefined);
    await expect(respecting(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    expect(requests).toEqual([]);
  });

  test('is rejected while the breaker is forced open, and sent while it is forced closed', async () => {
    const { respecting, requests } = arrangeRespecting();
    breaker.force('open');
    await expect(respecting(1, aCaller())).rejects.toMatchObject({ kind: 'open' });
    breaker.force('close');
    void respecting(1, aCaller());
    expect(requests).toHaveLength(1);
  });
});

test('reports its state, when that state began, the counts of its window, and its settings', async () => {
  const { failTimes } = arrange();
  await failTimes(2);
  expect(breaker.report()).toEqual({
    name: 'identity',
    state: 'closed',
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    window: { attempts: 2, successes: 0, failures: 2 },
    probes: 0,
    probeAt: undefined,
    lastFailure: 'refused',
    lastFailureAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    settings: { errorPercent: 50, volume: 4, resetMs: 5000, windowMs: 10_000 },
  });
});
