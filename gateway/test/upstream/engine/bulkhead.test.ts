import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { bulkhead, createPermits } from '../../../src/upstream/engine/layers/bulkhead.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const arrange = (maxConcurrent: number, maxWaiting: number) => {
  const onRefused = jest.fn();
  const { call, asked } = deferredCall<number, string>();
  const permits = createPermits({
    upstream: 'identity',
    maxConcurrent: maxConcurrent,
    maxQueued: maxWaiting,
    onRejected: onRefused,
  });
  return { asked, onRefused, call: bulkhead<number, string>(permits)(call) };
};

test('no more attempts go out at once than there are permits; the next goes when one comes back', async () => {
  const { call, asked } = arrange(1, 1);
  const first = call(1, aCaller());
  const second = call(2, aCaller());
  await jest.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(1);
  asked[0]!.fail(failure('server-error'));
  await expect(first).rejects.toMatchObject({ kind: 'server-error' });
  await jest.advanceTimersByTimeAsync(0);
  asked[1]!.answer('dog');
  expect((await second).value).toBe('dog');
});

test('when the waiting room is full, the next is refused at once', async () => {
  const { call, onRefused } = arrange(1, 0);
  void call(1, aCaller());
  await expect(call(2, aCaller())).rejects.toMatchObject({ kind: 'busy' });
  expect(onRefused).toHaveBeenCalledTimes(1);
});

test('what has no time left does not go out: it would look like an upstream that is too slow', async () => {
  const { call, asked, onRefused } = arrange(1, 1);
  await expect(call(1, aCaller(0))).rejects.toMatchObject({ kind: 'busy' });
  expect(asked).toHaveLength(0);
  expect(onRefused).toHaveBeenCalledTimes(1);
  void call(2, aCaller());
  await jest.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(1);
});

test('waiting counts against the deadline, and frees its place in the queue', async () => {
  const { call } = arrange(1, 1);
  void call(1, aCaller());
  const told = expect(call(2, aCaller(50))).rejects.toMatchObject({ kind: 'busy' });
  await jest.advanceTimersByTimeAsync(50);
  await told;
  const next = call(3, aCaller(50));
  const toldToo = expect(next).rejects.toMatchObject({ kind: 'busy' });
  await jest.advanceTimersByTimeAsync(50);
  await toldToo;
});

test('who got a place after waiting has at least half of its time for the attempt', async () => {
  const { call, asked } = arrange(1, 1);
  const first = call(1, aCaller(1000));
  const second = call(2, aCaller(100));
  await jest.advanceTimersByTimeAsync(49);
  asked[0]!.answer('cat');
  await first;
  await jest.advanceTimersByTimeAsync(0);
  expect(asked[1]!.caller.deadlineAt - performance.now()).toBeGreaterThanOrEqual(50);
  const told = expect(call(3, aCaller(100))).rejects.toMatchObject({ kind: 'busy' });
  await jest.advanceTimersByTimeAsync(50);
  await told;
  asked[1]!.answer('dog');
  await second;
});

test('who leaves while waiting never goes out', async () => {
  const { call, asked } = arrange(1, 1);
  void call(1, aCaller());
  const gone = aCaller();
  const told = expect(call(2, gone)).rejects.toMatchObject({ kind: 'left' });
  gone.cancellation.cancel('left');
  await told;
  asked[0]!.answer('cat');
  await jest.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(1);
});

test('permits are given back: a thousand attempts one after another need one', async () => {
  const { call, asked } = arrange(1, 0);
  for (let count = 0; count < 1000; count += 1) {
    const each = call(count, aCaller());
    await jest.advanceTimersByTimeAsync(0);
    asked[count]!.answer('cat');
    await each;
  }
  expect(asked).toHaveLength(1000);
});
