// What is counted of answers, and the figures that are told of it. Pure.
import { percentile } from '../statistics.ts';
import { SIZES, STRATEGIES, type Size, type Strategy } from './plan.ts';

/** Of one answer. */
export interface Seen {
  readonly tookMs: number;
  /** It did not come, or not with all its posts. */
  readonly failed: boolean;
  /** Posts that came with a name, and with the right one. */
  readonly named: number;
  readonly right: number;
}

/** Of one cell: a scenario, a strategy, a size. It is added to, turn by turn. */
export interface Tally {
  readonly strategy: Strategy;
  readonly size: Size;
  readonly times: number[];
  failed: number;
  named: number;
  right: number;
  /** Requests that the gateway sent for these answers. */
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
  /** Shares from 0 to 1. */
  readonly named: number;
  readonly right: number;
  /** The median of the renames; undefined where nothing was renamed. */
  readonly shownMs: number | undefined;
  readonly attempts: number;
}

/** An empty tally for each strategy and size, sizes first. */
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

export function count(tally: Tally, { tookMs, failed, named, right }: Seen): void {
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

/** One look at an author: when it was asked for, and whether an old name was in the answer. */
export interface Look {
  readonly askedAt: number;
  readonly old: boolean;
}

/** How long after `since` the first look began after which no old name was seen any more; Infinity while one still is. */
export function shownAfter(looks: readonly Look[], since: number): number {
  const sorted = looks.toSorted((a, b) => a.askedAt - b.askedAt);
  const lastOld = sorted.findLastIndex(({ old }) => old);
  if (lastOld === -1) return 0;
  const first = sorted[lastOld + 1];
  return first === undefined ? Infinity : first.askedAt - since;
}
