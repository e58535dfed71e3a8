// Time and chance, for what waits and tries again; tests bring their own.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Time {
  /** The wall clock, ms since the epoch. */
  readonly now: () => number;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  /** Resolves after `ms`, or at once when the signal aborts. Keeps no process alive. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const realTime: Time = {
  now: Date.now,
  random: Math.random,
  pause: (ms, signal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
};

const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next try: 250 ms, doubled with each failure, at most 5 s; of that, a half to the whole by
 * chance, so that many who failed together do not come back together.
 * @param failures in a row, this one included
 */
export function backOff(failures: number, random: () => number): number {
  const longest = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  return Math.round(longest * (0.5 + random() / 2));
}
