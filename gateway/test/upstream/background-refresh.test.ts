import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  createBackgroundRefresh,
  type BackgroundRefresh,
} from '../../src/upstream/background-refresh.ts';
import { answer, deferredCall, failure } from './engine/arrange.ts';

let refresh: BackgroundRefresh;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  refresh.close();
  jest.useRealTimers();
});

function arrange() {
  let capacity = Infinity;
  const call = jest.fn(deferredCall<number, string | undefined>().call);
  const onBug = jest.fn();
  refresh = createBackgroundRefresh({
    call,
    capacity: () => capacity,
    everyMs: 500,
    maxAttempts: 3,
    limitMs: 300,
    onBug,
  });
  return { call, onBug, setCapacity: (now: number) => (capacity = now) };
}

test('requests a failed id again until it gets a reply', async () => {
  const { call } = arrange();
  call.mockRejectedValueOnce(failure('refused')).mockResolvedValueOnce(answer('cat'));
  refresh.add(1);
  await jest.advanceTimersByTimeAsync(500);
  expect(refresh.pending).toBe(1);
  await jest.advanceTimersByTimeAsync(500);
  expect(refresh.pending).toBe(0);
  await jest.advanceTimersByTimeAsync(5000);
  expect(call).toHaveBeenCalledTimes(2);
});

test('sends nothing while the upstream has no capacity', async () => {
  const { call, setCapacity } = arrange();
  setCapacity(0);
  refresh.add(1);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(call).not.toHaveBeenCalled();
  setCapacity(Infinity);
  await jest.advanceTimersByTimeAsync(500);
  expect(call).toHaveBeenCalledTimes(1);
});

test('gives up an id after three failed attempts', async () => {
  const { call } = arrange();
  call.mockRejectedValue(failure('refused'));
  refresh.add(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(call).toHaveBeenCalledTimes(3);
  expect(refresh.pending).toBe(0);
});

test('requests ids in turn while there is capacity for one, so that a bad id is not every probe', async () => {
  const { call, setCapacity } = arrange();
  setCapacity(1);
  call.mockImplementation((id) =>
    id === 1 ? Promise.reject(failure('server-error')) : Promise.resolve(answer('cat')),
  );
  refresh.add(1);
  refresh.add(2);
  await jest.advanceTimersByTimeAsync(1000);
  expect(call.mock.calls.map(([id]) => id)).toEqual([1, 2]);
});

test('does not request an id again whose response broke the contract: it would fail again and open the breaker', async () => {
  const { call } = arrange();
  call.mockRejectedValue(failure('nonsense'));
  refresh.add(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(call).toHaveBeenCalledTimes(1);
});

test('holds no more than 100 ids, as many as a batch takes', () => {
  arrange();
  for (let id = 1; id <= 1000; id += 1) refresh.add(id);
  expect(refresh.pending).toBe(100);
});

test('reports a bug, and drops the id', async () => {
  const { call, onBug } = arrange();
  const bug = new TypeError('a bug');
  call.mockRejectedValue(bug);
  refresh.add(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(onBug).toHaveBeenCalledWith(bug);
  expect(refresh.pending).toBe(0);
});

test('sends nothing after it was closed during an attempt', async () => {
  const { call } = arrange();
  const attempt = Promise.withResolvers<never>();
  call.mockReturnValue(attempt.promise);
  refresh.add(1);
  await jest.advanceTimersByTimeAsync(500);
  refresh.close();
  attempt.reject(failure('terminated'));
  await jest.advanceTimersByTimeAsync(5000);
  expect(call).toHaveBeenCalledTimes(1);
  expect(refresh.pending).toBe(0);
});
