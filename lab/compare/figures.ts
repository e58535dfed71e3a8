// Counts answers, and computes figures from the counts. Pure.
import { percentile } from '../statistics.ts';
import { SIZES, STRATEGIES, type Size, type Strategy } from './plan.ts';

/** The result of one request. */
export interface AnswerResult {
  readonly tookMs: number;
  /** The answer did not come, or lacks a post. */
  readonly failed: boolean;
  /** The number of posts with a name, and with the right name. */
  readonly named: number;
  readonly right: number;
}

/** The counts of one cell: a scenario, a strategy and a size. Every turn adds to them. */
export interface Tally {
  readonly strategy: Strategy;
  readonly size: Size;
  readonly times: number[];
  failed: number;
  named: number;
  right: number;
  /** The number of upstream requests for these answers. */
  attempts: number;
  /** How long each rename took to show, in milliseconds. */
  readonly shown: number[];
}

export interface Figures {
  readonly strategy: Strategy;
  readonly size: Size;
  readonly answers: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The shares of posts with a name, and with the right name, from 0 to 1. */
  readonly named: number;
  readonly right: number;
  /** The median time until a rename showed; undefined without renames. */
  readonly shownMs: number | undefined;
  /** Upstream requests for each answer. */
  readonly attempts: number;
}

/** Returns an empty tally for each strategy and size, sizes first. */
export const emptyTallies = (): Tally[] =>
  SIZES.flatMap((size) =>
    STRATEGIES.map((strategy) => ({
      strategy,
      size,
      times: [],
      failed: 0,
      named: 0,
      right: 0,
      attempts: 0,
      shown: [],
    })),
  );

/** Adds a result to a tally. */
export function count(tally: Tally, { tookMs, failed, named, right }: AnswerResult): void {
  tally.times.push(tookMs);
  if (failed) tally.failed += 1;
  tally.named += named;
  tally.right += right;
}

export function figuresOf(tally: Tally): Figures {
  const { strategy, size, times, failed, named, right, attempts, shown } = tally;
  const posts = times.length * size;
  return {
    strategy,
    size,
    answers: times.length,
    failed,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    named: named / posts,
    right: right / posts,
    shownMs: shown.length === 0 ? undefined : percentile(shown, 0.5),
    attempts: attempts / times.length,
  };
}

/** One request for an author's posts: when it was sent, and whether the answer had an old name. */
export interface Observation {
  readonly sentAt: number;
  readonly old: boolean;
}

/**
 * Returns the time from `since` to the first request after which no answer had an old name; 0 when no answer had one,
 * Infinity when the last answer had one.
 */
export function shownAfter(observations: readonly Observation[], since: number): number {
  const sorted = observations.toSorted((a, b) => a.sentAt - b.sentAt);
  const lastOld = sorted.findLastIndex(({ old }) => old);
  if (lastOld === -1) return 0;
  const first = sorted[lastOld + 1];
  return first === undefined ? Infinity : first.sentAt - since;
}
