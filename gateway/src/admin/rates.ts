// What happened between two readings of the metrics, as numbers to draw. Pure.
import type { Sample } from 'chassis/observability/metrics';
import { failureKinds, type FailureKind } from '../upstream/engine/failure.ts';

/** The metrics that are read. */
export const READ = {
  attempts: 'gateway_upstream_attempt_duration_seconds',
  requests: 'http_request_duration_seconds',
  inFlight: 'http_requests_in_flight',
  degraded: 'gateway_degraded_answers_total',
  lookups: 'gateway_cache_lookups_total',
  permits: 'gateway_permits',
  budget: 'gateway_retry_budget',
  lag: 'gateway_log_lag_seconds',
} as const;
export type Reading = Readonly<Record<keyof typeof READ, readonly Sample[]>>;

/** Numbers by the name of their series, such as `identity.p99`; null where there is none, such as the p99 of no attempt. */
export type Point = Readonly<Record<string, number | null>>;

type Where = (labels: Sample['labels']) => boolean;

const sum = (samples: readonly Sample[], suffix: string, where: Where): number =>
  samples.reduce(
    (total, { name, labels, value }) =>
      name.endsWith(suffix) && where(labels) ? total + value : total,
    0,
  );

/** Whether an attempt failed because of the upstream. */
const hasFailed = (outcome: unknown): boolean =>
  Object.hasOwn(failureKinds, String(outcome)) && failureKinds[outcome as FailureKind].trips;

/** @param seconds between the readings */
export function pointOf(before: Reading, after: Reading, seconds: number): Point {
  const rate = (of: keyof Reading, suffix: string, where: Where): number =>
    Math.max(0, sum(after[of], suffix, where) - sum(before[of], suffix, where)) / seconds;
  const now = (of: keyof Reading, where: Where = () => true): number => sum(after[of], '', where);
  const point: Record<string, number | null> = {
    requests: rate('requests', '_count', ({ route }) => String(route).startsWith('/api')),
    shed: rate('requests', '_count', ({ route }) => route === 'shed'),
    inFlight: now('inFlight'),
    lag: after.lag.length === 0 ? null : now('lag'),
  };
  for (const upstream of ['identity', 'social']) {
    const isIts: Where = (labels) =>
      labels['upstream'] === upstream && labels['operation'] !== 'log';
    const count = rate('attempts', '_count', isIts);
    const failed = rate('attempts', '_count', (all) => isIts(all) && hasFailed(all['outcome']));
    point[`${upstream}.attempts`] = count;
    point[`${upstream}.errors`] = count === 0 ? null : failed / count;
    for (const quantile of [0.5, 0.99])
      point[`${upstream}.p${quantile * 100}`] = quantileOf(quantile, before, after, isIts);
    point[`${upstream}.budget`] = now('budget', isIts);
    for (const state of ['used', 'waiting'])
      point[`${upstream}.${state}`] = now('permits', (all) => isIts(all) && all['state'] === state);
  }
  for (const reason of ['stale', 'missing', 'replica'])
    point[`degraded.${reason}`] = rate('degraded', '', (labels) => labels['reason'] === reason);
  for (const result of ['hit', 'stale', 'miss'])
    point[`cache.${result}`] = rate('lookups', '', (labels) => labels['result'] === result);
  return point;
}

/** The quantile of the attempts' durations in seconds, interpolated in its bucket as Prometheus does; null without attempts. */
function quantileOf(q: number, before: Reading, after: Reading, where: Where): number | null {
  const buckets = new Map<number, number>();
  for (const [samples, sign] of [[after, 1] as const, [before, -1] as const])
    for (const { name, labels, value } of samples.attempts) {
      if (!name.endsWith('_bucket') || !where(labels)) continue;
      const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      buckets.set(bound, (buckets.get(bound) ?? 0) + sign * value);
    }
  const total = buckets.get(Infinity) ?? 0;
  if (total <= 0) return null;
  let [lower, below] = [0, 0];
  for (const [bound, count] of [...buckets].sort(([a], [b]) => a - b)) {
    // Beyond the last bound nothing is known.
    if (count >= q * total)
      return bound === Infinity
        ? lower
        : lower + ((bound - lower) * (q * total - below)) / (count - below);
    [lower, below] = [bound, count];
  }
  return lower;
}
