import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { bulkhead, createPermits } from '../../../src/upstream/engine/layers/bulkhead.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const arrange = (maxConcurrent: number, maxQueued: number) => {
  const onRejected = jest.fn();
  const { call, requests } = deferredCall<number, string>();
  const permits = createPermits({
    upstream: 'identity',
    maxConcurrent: maxConcurrent,
    maxQueued: maxQueued,
    onRejected: onRejected,
  });
  return { requests, onRejected, call: bulkhead<number, string>(permits)(call) };
};

test('runs no more attempts at the same time than there are permits, and the next one when a permit is released', async () => {
  const { call, requests } = arrange(1, 1);
  const first = call(1, aCaller());
  const second = call(2, aCaller());
  await jest.advanceTimersByTimeAsync(0);
  expect(requests).toHaveLength(1);
  requests[0]!.fail(failure('server-error'));
  await expect(first).rejects.toMatchObject({ kind: 'server-error' });
  await jest.advanceTimersByTimeAsync(0);
  requests[1]!.answer('dog');
  expect((await second).value).toBe('dog');
});

test('rejects at once as busy when the queue is full', async () => {
  const { call, onRejected } = arrange(1, 0);
  void call(1, aCaller());
  await expect(call(2, aCaller())).rejects.toMatchObject({ kind: 'busy' });
  expect(onRejected).toHaveBeenCalledTimes(1);
});

test('rejects an attempt that has no time left as busy: sent, it would look like a slow upstream', async () => {
  const { call, requests, onRejected } = arrange(1, 1);
  await expect(call(1, aCaller(0))).rejects.toMatchObject({ kind: 'busy' });
  expect(requests).toHaveLength(0);
  expect(onRejected).toHaveBeenCalledTimes(1);
  void call(2, aCaller());
  await jest.advanceTimersByTimeAsync(0);
  expect(requests).toHaveLength(1);
});

test('counts queueing against the deadline, and frees the place in the queue at the deadline', async () => {
  const { call } = arrange(1, 1);
  void call(1, aCaller());
  const rejection = expect(call(2, aCaller(50))).rejects.toMatchObject({ kind: 'busy' });
  await jest.advanceTimersByTimeAsync(50);
  await rejection;
  const next = call(3, aCaller(50));
  const nextRejection = expect(next).rejects.toMatchObject({ kind: 'busy' });
  await jest.advanceTimersByTimeAsync(50);
  await nextRejection;
});

test('gives an attempt at least half of its time after queueing', async () => {
  const { call, requests } = arrange(1, 1);
  const first = call(1, aCaller(1000));
  const second = call(2, aCaller(100));
  await jest.advanceTimersByTimeAsync(49);
  requests[0]!.answer('cat');
  await first;
  await jest.advanceTimersByTimeAsync(0);
  expect(requests[1]!.caller.deadlineAt - performance.now()).toBeGreaterThanOrEqual(50);
  const rejection = expect(call(3, aCaller(100))).rejects.toMatchObject({ kind: 'busy' });
  await jest.advanceTimersByTimeAsync(50);
  await rejection;
  requests[1]!.answer('dog');
  await second;
});

test('does not send an attempt whose caller is cancelled while it queues', async () => {
  const { call, requests } = arrange(1, 1);
  void call(1, aCaller());
  const cancelled = aCaller();
  const rejection = expect(call(2, cancelled)).rejects.toMatchObject({ kind: 'left' });
  cancelled.cancellation.cancel('left');
  await rejection;
  requests[0]!.answer('cat');
  await jest.advanceTimersByTimeAsync(0);
  expect(requests).toHaveLength(1);
});

test('releases permits: a thousand attempts one after another need only one', async () => {
  const { call, requests } = arrange(1, 0);
  for (let count = 0; count < 1000; count += 1) {
    const attempt = call(count, aCaller());
    await jest.advanceTimersByTimeAsync(0);
    requests[count]!.answer('cat');
    await attempt;
  }
  expect(requests).toHaveLength(1000);
});
