import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  createBackgroundRefresh,
  type BackgroundRefresh,
} from '../../src/upstream/background-refresh.ts';
import { answer, deferredCall, failure } from './engine/arrange.ts';

let repair: BackgroundRefresh;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  repair.close();
  jest.useRealTimers();
});

function arrange() {
  let room = Infinity;
  const call = jest.fn(deferredCall<number, string | undefined>().call);
  const onBug = jest.fn();
  repair = createBackgroundRefresh({
    call,
    capacity: () => room,
    everyMs: 500,
    maxAttempts: 3,
    limitMs: 300,
    onBug,
  });
  return { call, onBug, setRoom: (now: number) => (room = now) };
}

test('what failed is asked for again, until it is answered', async () => {
  const { call } = arrange();
  call.mockRejectedValueOnce(failure('refused')).mockResolvedValueOnce(answer('cat'));
  repair.add(1);
  await jest.advanceTimersByTimeAsync(500);
  expect(repair.pending).toBe(1);
  await jest.advanceTimersByTimeAsync(500);
  expect(repair.pending).toBe(0);
  await jest.advanceTimersByTimeAsync(5000);
  expect(call).toHaveBeenCalledTimes(2);
});

test('nobody is asked while an attempt would be refused', async () => {
  const { call, setRoom } = arrange();
  setRoom(0);
  repair.add(1);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(call).not.toHaveBeenCalled();
  setRoom(Infinity);
  await jest.advanceTimersByTimeAsync(500);
  expect(call).toHaveBeenCalledTimes(1);
});

test('an id that fails again and again is given up', async () => {
  const { call } = arrange();
  call.mockRejectedValue(failure('refused'));
  repair.add(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(call).toHaveBeenCalledTimes(3);
  expect(repair.pending).toBe(0);
});

test('while there is room for one only, ids take turns: a bad one is not the probe again and again', async () => {
  const { call, setRoom } = arrange();
  setRoom(1);
  call.mockImplementation((id) =>
    id === 1 ? Promise.reject(failure('server-error')) : Promise.resolve(answer('cat')),
  );
  repair.add(1);
  repair.add(2);
  await jest.advanceTimersByTimeAsync(1000);
  expect(call.mock.calls.map(([id]) => id)).toEqual([1, 2]);
});

test('what broke the contract is not asked for again: it would fail again, and open the breaker', async () => {
  const { call } = arrange();
  call.mockRejectedValue(failure('nonsense'));
  repair.add(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(call).toHaveBeenCalledTimes(1);
});

test('it never holds more ids than one batch takes', () => {
  arrange();
  for (let id = 1; id <= 1000; id += 1) repair.add(id);
  expect(repair.pending).toBe(100);
});

test('a bug in the background is told, and ends', async () => {
  const { call, onBug } = arrange();
  const bug = new TypeError('a bug');
  call.mockRejectedValue(bug);
  repair.add(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(onBug).toHaveBeenCalledWith(bug);
  expect(repair.pending).toBe(0);
});

test('closed while an attempt is on its way, it asks no more', async () => {
  const { call } = arrange();
  const attempt = Promise.withResolvers<never>();
  call.mockReturnValue(attempt.promise);
  repair.add(1);
  await jest.advanceTimersByTimeAsync(500);
  repair.close();
  attempt.reject(failure('terminated'));
  await jest.advanceTimersByTimeAsync(5000);
  expect(call).toHaveBeenCalledTimes(1);
  expect(repair.pending).toBe(0);
});
