// Events of the layers, for metrics and logs. Layers know neither of the two.
import type { UpstreamName } from './failure.ts';
import type { BreakerName, BreakerReport, BreakerState } from './breaker.ts';
import type { CallOutcome } from './layers/measure.ts';

export type RejectionReason = 'breaker_open' | 'bulkhead_full' | 'quarantined';

/** Its methods are called during a request, so they must not throw. */
export interface Observer {
  /** How long a caller waited when the cache had no answer. */
  call(endpoint: string, outcome: CallOutcome, seconds: number): void;
  /** How long an attempt took on the wire. */
  attempt(upstream: UpstreamName, endpoint: string, outcome: CallOutcome, seconds: number): void;
  lookup(cache: 'author' | 'post', result: 'hit' | 'miss' | 'stale'): void;
  /** An author was fetched again although no event had invalidated the entry. `same`: the name has not changed. */
  refreshed(same: boolean): void;
  batch(endpoint: string, size: number): void;
  retry(upstream: UpstreamName): void;
  rejected(by: BreakerName, reason: RejectionReason): void;
  breaker(name: BreakerName, to: BreakerState, report: BreakerReport): void;
  /** A bug in background work, where it cannot fail a request. */
  bug(error: unknown): void;
}
