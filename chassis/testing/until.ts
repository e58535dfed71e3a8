// Waits by polling, for a state of another process.
import { setTimeout as pause } from 'node:timers/promises';

/** Polls soon at first, then less often. */
const POLL_MS = { first: 5, factor: 1.2, max: 50 };

/** The last result of `check`: neither undefined nor false. */
type Found<T> = Exclude<Awaited<T>, undefined | false>;

/**
 * Polls until `check` returns neither undefined nor false.
 * @param what completes the sentence "waited in vain until …"
 * @throws an error of `check` at once; an error after `limitMs`
 */
export async function until<T>(what: string, check: () => T, limitMs = 10_000): Promise<Found<T>> {
  const end = performance.now() + limitMs;
  for (let pollMs = POLL_MS.first; ; pollMs = Math.min(pollMs * POLL_MS.factor, POLL_MS.max)) {
    const found = await check();
    if (found !== undefined && found !== false) return found as Found<T>;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await pause(pollMs);
  }
}

/** Polls like `until`, but an error of `check` means "not yet". The last such error is the cause of the final error. */
export async function untilSuccess<T>(
  what: string,
  check: () => T,
  limitMs = 10_000,
): Promise<Found<T>> {
  let cause: unknown;
  const attempt = async (): Promise<Awaited<T> | undefined> => {
    try {
      return await check();
    } catch (error) {
      cause = error;
      return undefined;
    }
  };
  return until(what, attempt, limitMs).catch((error: Error) => {
    throw new Error(error.message, { cause });
  });
}
