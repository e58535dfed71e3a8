import { expect, test } from '@jest/globals';
import { nextLimit } from 'chassis/http/adaptive-limit';
import { assert, boolean, double, integer, nat, property } from 'fast-check';

const CEILING = 1_000;
const unreached = (delayMs: number) =>
  nextLimit(CEILING, CEILING, { peak: 200, reached: false, delayMs });
const reached = (delayMs: number) => nextLimit(100, CEILING, { peak: 100, reached: true, delayMs });

test('lowers the limit below the requests in flight while every delay in the window was long, more the longer it was', () => {
  expect(unreached(16)).toBe(180);
  expect(unreached(20)).toBe(150);
  expect(unreached(500)).toBe(100);
});

test('keeps a few requests in flight, however long the delay is', () => {
  expect(nextLimit(80, CEILING, { peak: 70, reached: true, delayMs: 9_000 })).toBe(64);
});

test('raises the limit when it was reached and the delay is short, carefully when it is nearly too long', () => {
  expect(reached(0)).toBe(125);
  expect(reached(14)).toBe(105);
});

test('keeps the limit when it was not reached', () => {
  expect(nextLimit(100, CEILING, { peak: 99, reached: false, delayMs: 0 })).toBe(100);
});

test('never goes above the ceiling, and never below the least limit unless the ceiling is lower', () => {
  assert(
    property(
      integer({ min: 1, max: CEILING }),
      nat(2_000),
      boolean(),
      double({ min: 0, max: 1e6, noNaN: true }),
      (ceiling, peak, isReached, delayMs) => {
        const limit = nextLimit(ceiling, ceiling, { peak, reached: isReached, delayMs });
        expect(limit).toBeLessThanOrEqual(ceiling);
        expect(limit).toBeGreaterThanOrEqual(Math.min(ceiling, 64));
      },
    ),
  );
});
