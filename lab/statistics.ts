// The few statistics that measurements need. Pure.

/** Returns the middle value; of an even number of values, the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** Returns the smallest value that a share of all values does not exceed (nearest rank). NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** How two series of rounds compare: each round's pair by itself, so that what slows a whole round cancels out. */
export interface Ratio {
  readonly median: number;
  /** A quarter of the rounds lies below `low`, a quarter above `high`: how noisy they were. */
  readonly low: number;
  readonly high: number;
}

/** The ratios of values that were measured in the same round. @throws RangeError when the series differ in length. */
export function pairedRatio(above: readonly number[], below: readonly number[]): Ratio {
  if (above.length !== below.length) throw new RangeError('two series of different length');
  const ratios = above.map((value, round) => value / below[round]!).sort((a, b) => a - b);
  const quarter = Math.floor((ratios.length - 1) / 4);
  return { median: median(ratios), low: ratios[quarter]!, high: ratios.at(-1 - quarter)! };
}

/** The medians of the first and of the last quarter of a series, to see whether it grows. */
export function quarters(values: readonly number[]): { first: number; last: number } {
  const size = Math.ceil(values.length / 4);
  return { first: median(values.slice(0, size)), last: median(values.slice(-size)) };
}
