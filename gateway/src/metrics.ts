// The gateway's own metrics, fed by the observer of the layers. Labels come from closed sets: never from paths or ids.
import type { Logger } from 'chassis/observability/log';
import { DURATION_BUCKETS, type Metrics } from 'chassis/observability/metrics';
import type { UpstreamName } from './upstream/engine/failure.ts';
import { breakerNames, breakerStates, type BreakerName } from './upstream/engine/breaker.ts';
import { breakerLog } from './breaker-log.ts';
import type { Observer } from './upstream/engine/observer.ts';

const UPSTREAMS: readonly UpstreamName[] = ['identity', 'social'];
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100];

type DegradedEntity = 'author' | 'post' | 'requests' | 'counts' | 'friendship';

/** Adds the events that do not come from layers. */
export interface GatewayObserver extends Observer {
  degraded(part: DegradedEntity, reason: 'stale' | 'missing' | 'replica'): void;
  overload(): void;
}

/** Creates the metrics. Series with known labels start at 0, so that their first increase counts in a rate. */
export function createObserver(metrics: Metrics, log: Logger): GatewayObserver {
  const calls = metrics.histogram(
    'gateway_call_duration_seconds',
    'How long a caller waited when the cache had no answer.',
    ['operation', 'outcome'],
    DURATION_BUCKETS,
  );
  const attempts = metrics.histogram(
    'gateway_upstream_attempt_duration_seconds',
    'How long an attempt took on the wire.',
    ['upstream', 'operation', 'outcome'],
    DURATION_BUCKETS,
  );
  const state = metrics.gauge('gateway_breaker_state', '1 for the current state of the breaker.', [
    'upstream',
    'state',
  ]);
  const transitions = metrics.counter(
    'gateway_breaker_transitions_total',
    'State changes of a breaker, by the new state.',
    ['upstream', 'to'],
  );
  const rejections = metrics.tally(
    'gateway_rejections_total',
    'Requests that were rejected before they were sent.',
    ['upstream', 'reason'],
  );
  const lookups = metrics.tally('gateway_cache_lookups_total', 'Lookups in the cache.', [
    'cache',
    'result',
  ]);
  const refreshes = metrics.tally(
    'gateway_author_renewals_total',
    'Authors that were fetched again after their entry expired. While the log is read, no name should have changed.',
    ['result'],
  );
  const batchSize = metrics.histogram(
    'gateway_batch_size',
    'Ids in one request.',
    ['operation'],
    BATCH_BUCKETS,
  );
  const degraded = metrics.tally('gateway_degraded_answers_total', 'Degraded answers.', [
    'part',
    'reason',
  ]);
  const retries = metrics.counter('gateway_retries_total', 'Retried requests.', ['upstream']);

  for (const upstream of breakerNames)
    for (const to of breakerStates) {
      state.set({ upstream, state: to }, to === 'closed' ? 1 : 0);
      transitions.inc({ upstream, to }, 0);
    }
  for (const upstream of UPSTREAMS) retries.inc({ upstream }, 0);

  const rejectionsBy = (upstream: BreakerName) => ({
    breaker_open: rejections({ upstream, reason: 'breaker_open' }),
    bulkhead_full: rejections({ upstream, reason: 'bulkhead_full' }),
    quarantined: rejections({ upstream, reason: 'quarantined' }),
  });
  const rejectionTallies = {
    identity: rejectionsBy('identity'),
    social: rejectionsBy('social'),
    'social-copy': rejectionsBy('social-copy'),
  };
  const overload = rejections({ upstream: 'none', reason: 'overload' });
  const lookupsIn = (cache: 'author' | 'post') => ({
    hit: lookups({ cache, result: 'hit' }),
    miss: lookups({ cache, result: 'miss' }),
    stale: lookups({ cache, result: 'stale' }),
  });
  const degradedBy = (part: DegradedEntity) => ({
    stale: degraded({ part, reason: 'stale' }),
    missing: degraded({ part, reason: 'missing' }),
    replica: degraded({ part, reason: 'replica' }),
  });
  const degradedTallies = {
    author: degradedBy('author'),
    post: degradedBy('post'),
    requests: degradedBy('requests'),
    counts: degradedBy('counts'),
    friendship: degradedBy('friendship'),
  };
  const refreshTallies = {
    same: refreshes({ result: 'same' }),
    changed: refreshes({ result: 'changed' }),
  };
  const lookupTallies = { author: lookupsIn('author'), post: lookupsIn('post') };

  const logBreaker = breakerLog(log);

  return {
    call: (operation, outcome, seconds) => calls.observe({ operation, outcome }, seconds),
    attempt: (upstream, operation, outcome, seconds) =>
      attempts.observe({ upstream, operation, outcome }, seconds),
    lookup(cache, result) {
      lookupTallies[cache][result].count += 1;
    },
    refreshed(same) {
      refreshTallies[same ? 'same' : 'changed'].count += 1;
    },
    batch: (operation, size) => batchSize.observe({ operation }, size),
    retry: (upstream) => retries.inc({ upstream }),
    rejected(by, reason) {
      rejectionTallies[by][reason].count += 1;
    },
    degraded(part, reason) {
      degradedTallies[part][reason].count += 1;
    },
    overload() {
      overload.count += 1;
    },
    breaker(upstream, to, report) {
      for (const one of breakerStates) state.set({ upstream, state: one }, one === to ? 1 : 0);
      transitions.inc({ upstream, to });
      logBreaker(report);
    },
    bug: (error) => log.error({ err: error }, 'background work failed because of a bug'),
  };
}
