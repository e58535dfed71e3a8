// The limit on requests in flight that finds itself: by the delay of the event loop, as TCP finds its window (AIMD). Pure.

/** What was observed in a window of about `WINDOW_MS`. */
export interface Observed {
  /** The largest number of requests in flight. */
  readonly peak: number;
  /** Whether the limit kept a request waiting or out. */
  readonly reached: boolean;
  /** The shortest delay of the event loop, in ms: a single long pause, as of the garbage collector, is no queue (CoDel). */
  readonly delayMs: number;
}

export const WINDOW_MS = 200;
/** A window goes on until it has so many measurements: a single long pause delays one of them, a queue delays all. */
export const WINDOW_MEASUREMENTS = 5;
/**
 * The delay that is accepted, in ms. An answer takes a few iterations of the event loop: one to read the request, one for each
 * answer of an upstream. So it takes about four times as long.
 */
const TARGET_MS = 15;
/** No delay is a reason for a lower limit. */
const LEAST = 64;
const LEAST_SHARE = 0.5;
const MOST_SHARE = 0.9;
const CAREFUL_STEP = 0.05;
const QUICK_STEP = 0.25;

/** @returns the limit for the next window, at most `ceiling` */
export function nextLimit(limit: number, ceiling: number, observed: Observed): number {
  const { peak, reached, delayMs } = observed;
  if (delayMs > TARGET_MS) {
    const share = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, TARGET_MS / delayMs));
    return Math.min(limit, Math.max(LEAST, Math.floor(peak * share)));
  }
  if (!reached) return limit;
  const step = delayMs > TARGET_MS / 2 ? CAREFUL_STEP : QUICK_STEP;
  return Math.min(ceiling, limit + Math.ceil(limit * step));
}
