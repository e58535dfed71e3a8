// Limits of what a user or an address may do in a time, counted in the memory of this process: several instances together
// allow as many times more. Also the RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10).
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type HeaderFields, Problem } from '../http/problem.ts';

export interface Limit {
  /** Its name in the header fields. */
  readonly policy: string;
  /** How often in a window. */
  readonly points: number;
  /** Length of the window in seconds. */
  readonly windowS: number;
}

/** What is left of a limit. */
export interface LimitState {
  readonly limit: Limit;
  readonly remaining: number;
  /** Until the window ends, in milliseconds. */
  readonly resetMs: number;
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** Returns the fields `RateLimit` and `RateLimit-Policy`. */
export function rateLimitFields(states: readonly LimitState[]): HeaderFields {
  const limits = states.map(
    ({ limit, remaining, resetMs }) =>
      `"${limit.policy}";r=${Math.max(0, Math.min(remaining, limit.points))};t=${secondsOf(resetMs)}`,
  );
  const policies = states.map(
    ({ limit: { policy, points, windowS } }) => `"${policy}";q=${points};w=${windowS}`,
  );
  return { RateLimit: limits.join(', '), 'RateLimit-Policy': policies.join(', ') };
}

/** Makes the 429 of a limit that is used up. */
export const tooManyRequests = (detail: string, state: LimitState): Problem =>
  new Problem('too-many-requests', detail, {
    headers: { ...rateLimitFields([state]), 'Retry-After': String(secondsOf(state.resetMs)) },
  });

/** Counts one use by a key, such as a user's id. @throws Problem 429 when it is one too many */
export type UseLimit = (key: string) => Promise<LimitState>;

/** @param detail of the 429 */
export function createLimit(limit: Limit, detail: string): UseLimit {
  const { points, windowS: duration } = limit;
  const limiter = new RateLimiterMemory({ points, duration });
  const stateOf = (result: RateLimiterRes): LimitState => ({
    limit,
    remaining: result.remainingPoints,
    resetMs: result.msBeforeNext,
  });
  return async (key) => {
    try {
      return stateOf(await limiter.consume(key));
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw tooManyRequests(detail, stateOf(rejected));
    }
  };
}
