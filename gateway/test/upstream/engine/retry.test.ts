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

test('what failed quickly is tried once more', async () => {
  const { call, inner, onRetry } = arrange();
  inner.mockRejectedValueOnce(failure('unavailable')).mockResolvedValueOnce(answer('cat'));
  expect((await call(1, aCaller())).value).toBe('cat');
  expect(onRetry).toHaveBeenCalledTimes(1);
});

test('it is tried once more, not twice', async () => {
  const { call, inner } = arrange();
  inner.mockRejectedValue(failure('unavailable'));
  await expect(call(1, aCaller())).rejects.toMatchObject({ kind: 'unavailable' });
  expect(inner).toHaveBeenCalledTimes(2);
});

test.each(['timeout', 'nonsense', 'open', 'busy', 'throttled', 'left'] as const)(
  'what is %s is not tried again',
  async (kind) => {
    const { call, inner } = arrange();
    inner.mockRejectedValue(failure(kind));
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind });
    expect(inner).toHaveBeenCalledTimes(1);
  },
);

test.each(['open', 'busy'] as const)(
  'when the second try is refused as %s, the first failure is told, and no retry counted',
  async (kind) => {
    const { call, inner, onRetry } = arrange();
    inner.mockRejectedValueOnce(failure('server-error')).mockRejectedValueOnce(failure(kind));
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind: 'server-error' });
    expect(onRetry).not.toHaveBeenCalled();
  },
);

test('a bug is not tried again', async () => {
  const { call, inner } = arrange();
  inner.mockRejectedValue(new TypeError('a bug'));
  await expect(call(1, aCaller())).rejects.toThrow(TypeError);
  expect(inner).toHaveBeenCalledTimes(1);
});

test('in an outage no more than a tenth of the requests, and a small burst, is asked twice', async () => {
  const { call, inner } = arrange(createRetryBudget(0.1, 10));
  inner.mockRejectedValue(failure('refused'));
  for (let asked = 0; asked < 200; asked += 1)
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind: 'refused' });
  expect(inner.mock.calls.length).toBeGreaterThan(200);
  expect(inner.mock.calls.length).toBeLessThanOrEqual(200 + 10 + 20);
});

test('nothing is tried again after the deadline, or for nobody', async () => {
  const { call, inner } = arrange();
  inner.mockRejectedValue(failure('refused'));
  const gone = aCaller();
  gone.cancellation.cancel('left');
  await expect(call(1, aCaller(0))).rejects.toMatchObject({ kind: 'refused' });
  await expect(call(1, gone)).rejects.toMatchObject({ kind: 'refused' });
  expect(inner).toHaveBeenCalledTimes(2);
});

const kinds = Object.keys(failureKinds) as FailureKind[];

test.each(kinds)(
  'a write that ended as %s: it is tried again only when it did not leave',
  async (kind) => {
    const inner = jest.fn(deferredCall<number, string>().call);
    inner.mockRejectedValue(failure(kind));
    const call = retry<number, string>(createRetryBudget(), whenNotSent, jest.fn())(inner);
    await expect(call(1, aCaller())).rejects.toMatchObject({ kind });
    expect(inner).toHaveBeenCalledTimes(kind === 'refused' ? 2 : 1);
  },
);
