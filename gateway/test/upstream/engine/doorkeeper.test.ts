import { expect, test } from '@jest/globals';
import { createDoorkeeper } from '../../../src/upstream/engine/doorkeeper.ts';

const WINDOW_MS = 100;

/** Makes a doorkeeper at the beginning of a window, after a window with one batch of so many ids. */
function arrange(batchSize: number) {
  const clock = { now: 0 };
  const doorkeeper = createDoorkeeper({ windowMs: WINDOW_MS, now: () => clock.now });
  const sendBatch = (): void => {
    for (let id = 1; id <= batchSize; id += 1) doorkeeper.admits(1000 + id);
    doorkeeper.batchSent();
  };
  const nextWindow = (): void => {
    sendBatch();
    clock.now += WINDOW_MS;
  };
  nextWindow();
  return { clock, doorkeeper, nextWindow };
}

test('admits every id while batches are small', () => {
  const { doorkeeper } = arrange(15);
  expect([7, 8, 7].map((id) => doorkeeper.admits(id))).toEqual([true, true, true]);
});

test('admits an id at its second request within a window while batches are large', () => {
  const { doorkeeper, clock } = arrange(16);
  expect(doorkeeper.admits(7)).toBe(false);
  clock.now += WINDOW_MS - 1;
  expect([7, 7, 8].map((id) => doorkeeper.admits(id))).toEqual([true, true, false]);
});

test('counts from the beginning in each window', () => {
  const { doorkeeper, nextWindow } = arrange(16);
  for (let request = 0; request < 20; request += 1) {
    expect(doorkeeper.admits(7)).toBe(false);
    nextWindow();
  }
});

test('admits every id after a window without requests', () => {
  const { doorkeeper, clock } = arrange(16);
  clock.now += WINDOW_MS;
  expect(doorkeeper.admits(7)).toBe(true);
});

test('admits a welcome id at its next request', () => {
  const { doorkeeper } = arrange(16);
  expect(doorkeeper.admits(6)).toBe(false);
  doorkeeper.welcome(7);
  expect([7, 8].map((id) => doorkeeper.admits(id))).toEqual([true, false]);
});

test('never takes one id for another, however large they are', () => {
  const { doorkeeper } = arrange(16);
  for (let step = 1; step <= 10_000; step += 1)
    expect(doorkeeper.admits(step * 4096 + 7)).toBe(false);
  const largest = Number.MAX_SAFE_INTEGER;
  expect([largest, largest].map((id) => doorkeeper.admits(id))).toEqual([false, true]);
});
