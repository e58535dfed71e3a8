// One upstream: its pool, its breaker, its budget, and the policy around each attempt.
import { stack, type Call, type Layer } from './engine/call.ts';
import type { UpstreamName } from './engine/failure.ts';
import { bulkhead, createPermits } from './engine/layers/bulkhead.ts';
import { deadline } from './engine/layers/deadline.ts';
import {
  createBreaker,
  type Breaker,
  type BreakerName,
  type BreakerSettings,
} from './engine/breaker.ts';
import { circuitBreaker, respectBreaker, failFast } from './engine/layers/circuit-breaker.ts';
import { measure } from './engine/layers/measure.ts';
import { createRetryBudget, whenQuickToFail, retry, whenNotSent } from './engine/layers/retry.ts';
import type { ShouldRetry, RetryBudget } from './engine/layers/retry.ts';
import { write } from './engine/layers/write.ts';
import type { Observer } from './engine/observer.ts';
import type { Endpoint } from './engine/endpoint.ts';
import { createTransport } from './engine/transport.ts';

export interface UpstreamOptions {
  readonly name: UpstreamName;
  readonly origin: string;
  readonly connections: number;
  /** The longest that anybody waits for it, in milliseconds. */
  readonly limitMs: number;
  readonly breaker: BreakerSettings;
  readonly observer: Observer;
  readonly onBreakerChange: () => void;
}

/** Whom safe requests are put to. */
export interface Queryable {
  readonly name: UpstreamName;
  readonly breaker: Breaker;
  /** A safe request, with everything that stands between it and the wire. */
  query<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
}

export interface Upstream extends Queryable {
  readonly budget: RetryBudget;
  /** For requests that answers can do without: with a breaker of their own, they never close the way to what is needed. */
  isolated(name: BreakerName): Queryable;
  /** The same, one at a time, on a connection of its own: it may wait for long. */
  longPoll<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  /** A write: neither shared nor remembered, and repeated only when it surely did not leave. */
  command<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

// Waiting room for each connection: at 5 ms an answer, the last in the queue waits 100 ms.
const QUEUED_PER_CONNECTION = 20;
/** What is asked aside has so many of the permits at most. */
const ISOLATED_SHARE = 0.25;

export function createUpstream(options: UpstreamOptions): Upstream {
  const { name, origin, connections, limitMs, observer } = options;
  const transport = createTransport({
    upstream: name,
    origin,
    // One more for who listens.
    connections: connections + 1,
    backstopMs: limitMs,
  });
  const budget = createRetryBudget();
  const permitsFor = (who: BreakerName, maxConcurrent: number) =>
    createPermits({
      upstream: name,
      maxConcurrent: maxConcurrent,
      maxQueued: maxConcurrent * QUEUED_PER_CONNECTION,
      onRejected: () => observer.rejected(who, 'bulkhead_full'),
    });
  const breakers: Breaker[] = [];
  const breakerFor = (who: BreakerName): Breaker => {
    const made = createBreaker({
      name: who,
      upstream: name,
      ...options.breaker,
      onRejected: () => observer.rejected(who, 'breaker_open'),
      onTransition: (to) => {
        observer.breaker(who, to);
        options.onBreakerChange();
      },
    });
    breakers.push(made);
    return made;
  };
  const permits = permitsFor(name, connections);
  const breaker = breakerFor(name);

  const again = <Q, T>(retriable: ShouldRetry, from = budget): Layer<Q, T> =>
    retry(from, retriable, () => observer.retry(name));
  const timed = <Q, T>(endpoint: Endpoint<Q, T>): Layer<Q, T>[] => [
    deadline(name),
    measure((outcome, seconds) => observer.attempt(name, endpoint.name, outcome, seconds)),
  ];
  /** What each attempt passes, be it a request or a write. */
  const attempt = <Q, T>(endpoint: Endpoint<Q, T>): Layer<Q, T>[] => [
    failFast(breaker),
    bulkhead(permits),
    circuitBreaker(breaker),
    ...timed(endpoint),
  ];
  /** Its own of everything: a copy that hangs must cost neither each answer its time nor posts their permits. */
  const isolated = (who: BreakerName): Queryable => {
    const ownBudget = createRetryBudget();
    const ownBreaker = breakerFor(who);
    const ownPermits = permitsFor(who, Math.ceil(connections * ISOLATED_SHARE));
    const layers = <Q, T>(endpoint: Endpoint<Q, T>): Layer<Q, T>[] => [
      again(whenQuickToFail, ownBudget),
      failFast(ownBreaker),
      respectBreaker(breaker),
      bulkhead(ownPermits),
      bulkhead(permits),
      respectBreaker(breaker),
      circuitBreaker(ownBreaker),
      ...timed(endpoint),
    ];
    return {
      name,
      breaker: ownBreaker,
      query: (endpoint) => stack(layers(endpoint), transport.call(endpoint)),
    };
  };

  return {
    name,
    breaker,
    budget,
    query: (endpoint) =>
      stack([again(whenQuickToFail), ...attempt(endpoint)], transport.call(endpoint)),
    isolated,
    longPoll: (endpoint) =>
      stack([respectBreaker(breaker), ...timed(endpoint)], transport.call(endpoint)),
    command: (endpoint) =>
      stack([write(), again(whenNotSent), ...attempt(endpoint)], transport.call(endpoint)),
    close() {
      for (const each of breakers) each.close();
      return transport.close();
    },
  };
}
