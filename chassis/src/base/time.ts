// Clock, random numbers and back-off for code that waits and retries; tests replace them.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Time {
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** A clock that is never set back, in milliseconds since some moment: for durations. */
  readonly monotonic: () => number;
  /** A random number n, 0 ≤ n < 1. */
  readonly random: () => number;
  /** Resolves after `ms`, or at once when the signal aborts. Does not keep the process alive. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const realTime: Time = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  pause: (ms, signal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
};

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5_000;

/**
 * Returns the milliseconds to wait before the next try: 250 ms, doubled with each failure, at most 5 s. A random factor
 * from 0.5 to 1 spreads clients that failed at the same time.
 * @param failures number of failures in a row, including the last one
 */
export function backOff(failures: number, random: () => number): number {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), MAX_WAIT_MS);
  return Math.round(waitMs * (0.5 + random() / 2));
}
