// One upstream: its pool, its breaker, its budget, and the policy around each attempt.
import { stack, type Call, type Layer } from './call.ts';
import type { UpstreamName } from './failure.ts';
import { bulkhead, createPlaces } from './layers/bulkhead.ts';
import { deadline } from './layers/deadline.ts';
import { createBreaker, type Breaker, type BreakerSettings } from './breaker.ts';
import { guard, heed, turnAway } from './layers/guard.ts';
import { measure } from './layers/measure.ts';
import { createRetryBudget, quick, retry, unsent } from './layers/retry.ts';
import type { Retriable, RetryBudget } from './layers/retry.ts';
import { write } from './layers/write.ts';
import type { Observer } from './observer.ts';
import type { Operation } from './operation.ts';
import { createTransport } from './transport.ts';

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

export interface Upstream {
  readonly name: UpstreamName;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  /** A safe question, with everything that stands between it and the wire. */
  ask<Q, T>(operation: Operation<Q, T>): Call<Q, T>;
  /** A safe question that answers can do without: it never closes the way to what they need. */
  askAside<Q, T>(operation: Operation<Q, T>): Call<Q, T>;
  /** The same, one at a time, on a connection of its own: it may wait for long. */
  listen<Q, T>(operation: Operation<Q, T>): Call<Q, T>;
  /** A write: neither shared nor remembered, and repeated only when it surely did not leave. */
  tell<Q, T>(operation: Operation<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

// Waiting room for each connection: at 5 ms an answer, the last in the queue waits 100 ms.
const WAITING_PER_CONNECTION = 20;
/** What is asked aside has so many of the places at most. */
const ASIDE_SHARE = 0.25;

export function openUpstream(options: UpstreamOptions): Upstream {
  const { name, origin, connections, limitMs, observer } = options;
  const transport = createTransport({
    upstream: name,
    origin,
    // One more for who listens.
    connections: connections + 1,
    backstopMs: limitMs,
  });
  const budget = createRetryBudget();
  const room = (maxAtOnce: number) =>
    createPlaces({
      upstream: name,
      maxAtOnce,
      maxWaiting: maxAtOnce * WAITING_PER_CONNECTION,
      onRefused: () => observer.refused(name, 'bulkhead_full'),
    });
  const places = room(connections);
  const fewPlaces = room(Math.ceil(connections * ASIDE_SHARE));
  const breaker = createBreaker({
    upstream: name,
    ...options.breaker,
    onRejected: () => observer.refused(name, 'breaker_open'),
    onTransition: (to) => {
      observer.breaker(name, to);
      options.onBreakerChange();
    },
  });

  // What is asked aside has its own of both: a copy that hangs must not cost each answer its time.
  const asideBudget = createRetryBudget();
  const asideBreaker = createBreaker({
    upstream: name,
    ...options.breaker,
    onRejected: () => undefined,
    onTransition: () => undefined,
  });

  const again = <Q, T>(retriable: Retriable, from = budget): Layer<Q, T> =>
    retry(from, retriable, () => observer.retry(name));
  const timed = <Q, T>(operation: Operation<Q, T>): Layer<Q, T>[] => [
    deadline(name),
    measure((outcome, seconds) => observer.attempt(name, operation.name, outcome, seconds)),
  ];
  /** What each attempt passes, be it a question or a write. */
  const attempt = <Q, T>(operation: Operation<Q, T>): Layer<Q, T>[] => [
    turnAway(breaker),
    bulkhead(places),
    guard(breaker),
    ...timed(operation),
  ];
  const aside = <Q, T>(operation: Operation<Q, T>): Layer<Q, T>[] => [
    again(quick, asideBudget),
    turnAway(asideBreaker),
    heed(breaker),
    bulkhead(fewPlaces),
    bulkhead(places),
    heed(breaker),
    guard(asideBreaker),
    ...timed(operation),
  ];

  return {
    name,
    breaker,
    budget,
    ask: (operation) => stack([again(quick), ...attempt(operation)], transport.call(operation)),
    askAside: (operation) => stack(aside(operation), transport.call(operation)),
    listen: (operation) => stack([heed(breaker), ...timed(operation)], transport.call(operation)),
    tell: (operation) =>
      stack([write(), again(unsent), ...attempt(operation)], transport.call(operation)),
    close() {
      breaker.close();
      asideBreaker.close();
      return transport.close();
    },
  };
}
