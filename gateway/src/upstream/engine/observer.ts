// What happens on the way to an upstream, as events: metrics and logs listen, layers know neither.
import type { UpstreamName } from './failure.ts';
import type { BreakerName, BreakerState } from './breaker.ts';
import type { CallOutcome } from './layers/measure.ts';

export type RejectionReason = 'breaker_open' | 'bulkhead_full';

/** Its methods must not throw: they are called in the midst of a request. */
export interface Observer {
  /** How long an asker waited when memory did not have the answer. */
  call(endpoint: string, outcome: CallOutcome, seconds: number): void;
  /** What an attempt took on the wire. */
  attempt(upstream: UpstreamName, endpoint: string, outcome: CallOutcome, seconds: number): void;
  lookup(cache: 'author' | 'post', result: 'hit' | 'miss' | 'stale'): void;
  /** An author was asked for again, whom no event had told of: the name is the same, or it is another one. */
  refreshed(same: boolean): void;
  batch(endpoint: string, size: number): void;
  retry(upstream: UpstreamName): void;
  rejected(by: BreakerName, reason: RejectionReason): void;
  breaker(name: BreakerName, to: BreakerState): void;
  /** An error of ours in the background, where no request can fail by it. */
  bug(error: unknown): void;
}
