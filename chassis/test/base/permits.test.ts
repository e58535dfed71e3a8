// A semaphore with a bounded queue.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createPermits, NoPermit } from 'chassis/base/permits';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const onePermit = () => createPermits({ maxConcurrent: 1, maxQueued: 2 });
const later = async (): Promise<string> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  return 'waiting';
};
/** Resolves with the state of a wait after the pending microtasks: 'acquired', 'waiting' or the reason of its error. */
const outcomeOf = (waiting: Promise<void> | undefined): Promise<string> =>
  Promise.race([
    Promise.resolve(waiting).then(
      () => 'acquired',
      (error: NoPermit) => error.reason,
    ),
    later(),
  ]);

const cancelAtOnce = (listener: () => void) => {
  listener();
  return () => undefined;
};

test('gives free permits without a wait', () => {
  const permits = createPermits({ maxConcurrent: 2, maxQueued: 0 });
  expect([permits.acquire({}), permits.acquire({})]).toEqual([undefined, undefined]);
  expect(permits.inUse).toBe(2);
});

test('passes a released permit to the caller that has waited longest', async () => {
  const permits = onePermit();
  void permits.acquire({});
  const [first, second] = [permits.acquire({}), permits.acquire({})];
  expect(permits.queued).toBe(2);
  permits.release();
  expect([await outcomeOf(first), await outcomeOf(second)]).toEqual(['acquired', 'waiting']);
  expect([permits.inUse, permits.queued]).toEqual([1, 1]);
});

test('lets no later caller overtake the queue', async () => {
  const permits = onePermit();
  void permits.acquire({});
  const first = permits.acquire({});
  permits.release();
  const late = permits.acquire({});
  expect([await outcomeOf(first), await outcomeOf(late)]).toEqual(['acquired', 'waiting']);
});

test('rejects at once when the queue is full', () => {
  const permits = createPermits({ maxConcurrent: 1, maxQueued: 0 });
  void permits.acquire({});
  expect(() => permits.acquire({})).toThrow(new NoPermit('queue-full'));
});

test('rejects a caller after its time limit, and removes it from the queue', async () => {
  const permits = onePermit();
  void permits.acquire({});
  const waiting = permits.acquire({ waitMs: 50 });
  jest.advanceTimersByTime(50);
  await expect(waiting).rejects.toMatchObject({ reason: 'too-late' });
  expect(permits.queued).toBe(0);
});

test('rejects a caller that is cancelled, and gives the permit to the next', async () => {
  const permits = onePermit();
  void permits.acquire({});
  const listeners: (() => void)[] = [];
  const cancelled = permits.acquire({
    onCancel(listener) {
      listeners.push(listener);
      return () => undefined;
    },
  });
  const next = permits.acquire({});
  listeners[0]!();
  await expect(cancelled).rejects.toMatchObject({ reason: 'cancelled' });
  permits.release();
  expect(await outcomeOf(next)).toBe('acquired');
});

test('rejects a caller that is already cancelled', async () => {
  const permits = onePermit();
  void permits.acquire({});
  await expect(permits.acquire({ onCancel: cancelAtOnce })).rejects.toMatchObject({
    reason: 'cancelled',
  });
  expect(permits.queued).toBe(0);
});

test('gives a permit without a wait after every permit was released', () => {
  const permits = onePermit();
  void permits.acquire({});
  permits.release();
  expect([permits.inUse, permits.queued, permits.acquire({})]).toEqual([0, 0, undefined]);
});
