// Limits attempts: each is counted before its outcome is known, and taken back when it succeeds.
import { type LimitState, rateLimitFields, tooManyRequests } from 'chassis/auth/rate-limit';
import type { HeaderFields } from 'chassis/http/problem';
import { type Counter, RateLimiterRes } from './attempt-counters.ts';

/** An attempt that has been counted. It is in progress until it has run, so each attempt must be run. */
export interface Attempt {
  /**
   * Runs the work that the attempt is for.
   * @param isFree whether its outcome does not count, as only failures do. If it throws, the outcome is unknown, and does
   *   not count either
   * @returns its result, and the RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10)
   */
  run<T>(work: () => Promise<T>, isFree: (result: T) => boolean): Promise<LimitedResult<T>>;
}

export interface LimitedResult<T> {
  readonly value: T;
  readonly headers: HeaderFields;
}

type Counted = readonly [Counter, RateLimiterRes];

/**
 * Counts an attempt, before its outcome is known.
 * @throws Problem 429 above a limit; 503 if too many attempts are in progress
 */
export async function count(counters: readonly Counter[]): Promise<Attempt> {
  const counted: Counted[] = [];
  const ends: (() => void)[] = [];
  const takeBack = () => Promise.all(counted.map(([{ limiter, key }]) => limiter.reward(key, 1)));
  const end = () => ends.forEach((endOne) => endOne());
  try {
    for (const counter of counters) {
      // Attempts with the right password do not count, so a limit must not refuse one because of others in progress.
      ends.push(await counter.begin());
      counted.push([counter, await consume(counter)]);
    }
  } catch (error) {
    // An attempt that one limit refuses does not count for the others.
    await takeBack().finally(end);
    throw error;
  }
  const reset = async ([counter, before]: Counted): Promise<Counted> => {
    const { limiter, key, policy } = counter;
    if (policy !== 'account') return [counter, await limiter.reward(key, 1)];
    await limiter.delete(key);
    return [counter, new RateLimiterRes(limiter.points, before.msBeforeNext)];
  };
  return {
    async run(work, isFree) {
      try {
        const value = await work();
        const after = isFree(value) ? await Promise.all(counted.map(reset)) : counted;
        return { value, headers: rateLimitFields(after.map(stateOf)) };
      } catch (error) {
        await takeBack().catch(() => undefined);
        throw error;
      } finally {
        // Not earlier: those that wait for the outcome must find it in the database.
        end();
      }
    },
  };
}

async function consume(counter: Counter): Promise<RateLimiterRes> {
  const { limiter, key } = counter;
  try {
    return await limiter.consume(key);
  } catch (rejected) {
    if (!(rejected instanceof RateLimiterRes)) throw rejected;
    throw tooManyRequests('Too many attempts; try again later', stateOf([counter, rejected]));
  }
}

const stateOf = ([{ policy, limiter }, result]: Counted): LimitState => ({
  limit: { policy, points: limiter.points, windowS: limiter.duration },
  remaining: result.remainingPoints,
  resetMs: result.msBeforeNext,
});
