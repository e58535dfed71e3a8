// Statistics of measurements. Pure.

/** Returns the middle value, or the mean of the two middle values; NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** Returns the smallest value that `share` (0 to 1) of all values do not exceed (nearest rank); NaN without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** The ratio of two series, computed for each round, so that a round that is slow for both does not change it. */
export interface Ratio {
  readonly median: number;
  /** A quarter of the rounds is below `low`, a quarter above `high`. */
  readonly low: number;
  readonly high: number;
}

/** Divides values that were measured in the same round. @throws RangeError when the series have different lengths */
export function pairedRatio(dividends: readonly number[], divisors: readonly number[]): Ratio {
  if (dividends.length !== divisors.length) throw new RangeError('two series of different length');
  const ratios = dividends.map((value, round) => value / divisors[round]!).sort((a, b) => a - b);
  const quarter = Math.floor((ratios.length - 1) / 4);
  return { median: median(ratios), low: ratios[quarter]!, high: ratios.at(-1 - quarter)! };
}

/** Returns the medians of the first and of the last quarter of a series, to see whether it grows. */
export function quarters(values: readonly number[]): { first: number; last: number } {
  const size = Math.ceil(values.length / 4);
  return { first: median(values.slice(0, size)), last: median(values.slice(-size)) };
}
