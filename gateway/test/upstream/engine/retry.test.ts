import { expect, jest, test } from '@jest/globals';
import {
  createRetryBudget,
  whenQuickToFail,
  retry,
  whenNotSent,
} from '../../../src/upstream/engine/layers/retry.ts';
import { failureKinds, type FailureKind } from '../../../src/upstream/engine/failure.ts';
import { aCaller, answer, deferredCall, failure } from './arrange.ts';

const arrange = (budget = createRetryBudget()) => {
  const inner = jest.fn(deferredCall<number, string>().call);
  const onRetry = jest.fn();
  return { inner, onRetry, call: retry<number, string>(budget, whenQuickToFail, onRetry)(inner) };
};

test('retries a quick failure', async () => {
  const { call, inner, onRetry } = arrange();
  inner.mockRejectedValueOnce(failure('unavailable')).mockResolvedValueOnce(answer('cat'));
  expect((await call(1, aCaller())).value).toBe('cat');
  expect(onRetry).toHaveBeenCalledTimes(1);
});

test('gives the second attempt a span id of its own, in the same trace', async () => {
  const { call, inner } = arrange();
  inner.mockRejectedValueOnce(failure('unavailable')).mockResolvedValueOnce(answer('cat'));
  await call(1, aCaller());
  const [first, second] = inner.mock.calls.map(([, { traceparent }]) => traceparent.split('-'));
  expect(second).toEqual([first?.[0], first?.[1], expect.stringMatching(/^[0-9a-f]{16}$/), '01']);
  expect(second?.[2]).not.toBe(first?.[2]);
});

test('retries once, not twice', async () => {
  const { call, inner } = arrange();
  inner.mockRejectedValue(failure('unavailable'));
  await expect(call(1, aCaller())).rejects.toMatchObject({ kind: 'unavailable' });
  expect(inner).toHaveBeenCalledTimes(2);
});

test.each(['timeout', 'nonsense', 'open', 'busy', 'throttled', 'left'] as const)(
  'does not retry a call that failed as %s',
  async (kind) => {
    const { call, inner } = arrange();
    inner.mockRejectedValue(failure(kind));
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind });
    expect(inner).toHaveBeenCalledTimes(1);
  },
);

test.each(['open', 'busy'] as const)(
  'throws the first failure when the retry is rejected as %s, and counts no retry',
  async (kind) => {
    const { call, inner, onRetry } = arrange();
    inner.mockRejectedValueOnce(failure('server-error')).mockRejectedValueOnce(failure(kind));
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind: 'server-error' });
    expect(onRetry).not.toHaveBeenCalled();
  },
);

test('does not retry a bug', async () => {
  const { call, inner } = arrange();
  inner.mockRejectedValue(new TypeError('a bug'));
  await expect(call(1, aCaller())).rejects.toThrow(TypeError);
  expect(inner).toHaveBeenCalledTimes(1);
});

test('retries no more than a tenth of the requests and a burst of 10 in an outage', async () => {
  const { call, inner } = arrange(createRetryBudget(0.1, 10));
  inner.mockRejectedValue(failure('refused'));
  for (let sent = 0; sent < 200; sent += 1)
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind: 'refused' });
  expect(inner.mock.calls.length).toBeGreaterThan(200);
  expect(inner.mock.calls.length).toBeLessThanOrEqual(200 + 10 + 20);
});

test('does not retry after the deadline, or for a cancelled caller', async () => {
  const { call, inner } = arrange();
  inner.mockRejectedValue(failure('refused'));
  const cancelled = aCaller();
  cancelled.cancellation.cancel('left');
  await expect(call(1, aCaller(0))).rejects.toMatchObject({ kind: 'refused' });
  await expect(call(1, cancelled)).rejects.toMatchObject({ kind: 'refused' });
  expect(inner).toHaveBeenCalledTimes(2);
});

const kinds = Object.keys(failureKinds) as FailureKind[];

test.each(kinds)(
  'retries a write that failed as %s only when it surely was not sent',
  async (kind) => {
    const inner = jest.fn(deferredCall<number, string>().call);
    inner.mockRejectedValue(failure(kind));
    const call = retry<number, string>(createRetryBudget(), whenNotSent, jest.fn())(inner);
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind });
    expect(inner).toHaveBeenCalledTimes(kind === 'refused' ? 2 : 1);
  },
);
