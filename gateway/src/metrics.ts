// The gateway's own metrics, fed by what the upstream's layers report. Labels come from closed sets: never from paths or ids.
import type { Logger } from 'chassis/observability/log';
import { DURATION_BUCKETS, type Metrics } from 'chassis/observability/metrics';
import type { UpstreamName } from './upstream/engine/failure.ts';
import { breakerNames, breakerStates, type BreakerName } from './upstream/engine/breaker.ts';
import type { Observer } from './upstream/engine/observer.ts';

const UPSTREAMS: readonly UpstreamName[] = ['identity', 'social'];
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100];

/** What is measured outside the way to an upstream, too. */
export interface GatewayObserver extends Observer {
  degraded(part: 'author' | 'post', reason: 'stale' | 'missing' | 'replica'): void;
  overload(): void;
}

/** Makes the instruments. Those whose labels are known stand at 0 from the start, so that a rate can be told from them. */
export function observe(metrics: Metrics, log: Logger): GatewayObserver {
  const calls = metrics.histogram(
    'gateway_call_duration_seconds',
    'How long an asker waited when memory did not have the answer.',
    ['operation', 'outcome'],
    DURATION_BUCKETS,
  );
  const attempts = metrics.histogram(
    'gateway_upstream_attempt_duration_seconds',
    'What an attempt took on the wire.',
    ['upstream', 'operation', 'outcome'],
    DURATION_BUCKETS,
  );
  const state = metrics.gauge('gateway_breaker_state', '1 for the state that the breaker is in.', [
    'upstream',
    'state',
  ]);
  const transitions = metrics.counter(
    'gateway_breaker_transitions_total',
    'Changes of a breaker, by the state that it went to.',
    ['upstream', 'to'],
  );
  const rejections = metrics.tally(
    'gateway_rejections_total',
    'What was refused before it went out.',
    ['upstream', 'reason'],
  );
  const lookups = metrics.tally('gateway_cache_lookups_total', 'Look-ups in the cache.', [
    'cache',
    'result',
  ]);
  const renewals = metrics.tally(
    'gateway_author_renewals_total',
    'Authors that were asked for again by time alone; with the log, none should have changed.',
    ['result'],
  );
  const batchSize = metrics.histogram(
    'gateway_batch_size',
    'Ids that travelled in one question.',
    ['operation'],
    BATCH_BUCKETS,
  );
  const degraded = metrics.tally('gateway_degraded_answers_total', 'Answers that were not whole.', [
    'part',
    'reason',
  ]);
  const retries = metrics.counter('gateway_retries_total', 'Questions that were asked once more.', [
    'upstream',
  ]);

  for (const upstream of breakerNames)
    for (const to of breakerStates) {
      state.set({ upstream, state: to }, to === 'closed' ? 1 : 0);
      transitions.inc({ upstream, to }, 0);
    }
  for (const upstream of UPSTREAMS) retries.inc({ upstream }, 0);

  const refusedBy = (upstream: BreakerName) => ({
    breaker_open: rejections({ upstream, reason: 'breaker_open' }),
    bulkhead_full: rejections({ upstream, reason: 'bulkhead_full' }),
  });
  const refused = {
    identity: refusedBy('identity'),
    social: refusedBy('social'),
    'social-copy': refusedBy('social-copy'),
  };
  const overload = rejections({ upstream: 'none', reason: 'overload' });
  const foundIn = (cache: 'author' | 'post') => ({
    hit: lookups({ cache, result: 'hit' }),
    miss: lookups({ cache, result: 'miss' }),
    stale: lookups({ cache, result: 'stale' }),
  });
  const degradedBy = (part: 'author' | 'post') => ({
    stale: degraded({ part, reason: 'stale' }),
    missing: degraded({ part, reason: 'missing' }),
    replica: degraded({ part, reason: 'replica' }),
  });
  const notWhole = { author: degradedBy('author'), post: degradedBy('post') };
  const renewed = { same: renewals({ result: 'same' }), changed: renewals({ result: 'changed' }) };
  const found = { author: foundIn('author'), post: foundIn('post') };

  return {
    call: (operation, outcome, seconds) => calls.observe({ operation, outcome }, seconds),
    attempt: (upstream, operation, outcome, seconds) =>
      attempts.observe({ upstream, operation, outcome }, seconds),
    lookup(cache, result) {
      found[cache][result].count += 1;
    },
    refreshed(same) {
      renewed[same ? 'same' : 'changed'].count += 1;
    },
    batch: (operation, size) => batchSize.observe({ operation }, size),
    retry: (upstream) => retries.inc({ upstream }),
    rejected(by, reason) {
      refused[by][reason].count += 1;
    },
    degraded(part, reason) {
      notWhole[part][reason].count += 1;
    },
    overload() {
      overload.count += 1;
    },
    breaker(upstream, to) {
      for (const each of breakerStates) state.set({ upstream, state: each }, each === to ? 1 : 0);
      transitions.inc({ upstream, to });
      log.warn({ upstream, state: to }, 'breaker changed');
    },
    bug: (error) => log.error({ err: error }, 'a bug in the background'),
  };
}
