// One upstream: its pool, its breaker, its budget, and the policy around each attempt.
import { stack, type Call, type Layer } from './call.ts';
import type { UpstreamName } from './failure.ts';
import { bulkhead, createPlaces } from './layers/bulkhead.ts';
import { deadline } from './layers/deadline.ts';
import { createBreaker, type Breaker, type BreakerSettings } from './breaker.ts';
import { guard, turnAway } from './layers/guard.ts';
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
  /** A write: neither shared nor remembered, and repeated only when it surely did not leave. */
  tell<Q, T>(operation: Operation<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

// Waiting room for each connection: at 5 ms an answer, the last in the queue waits 100 ms.
const WAITING_PER_CONNECTION = 20;

export function openUpstream(options: UpstreamOptions): Upstream {
  const { name, origin, connections, limitMs, observer } = options;
  const transport = createTransport({ upstream: name, origin, connections, backstopMs: limitMs });
  const budget = createRetryBudget();
  const places = createPlaces({
    upstream: name,
    maxAtOnce: connections,
    maxWaiting: connections * WAITING_PER_CONNECTION,
    onRefused: () => observer.refused(name, 'bulkhead_full'),
  });
  const breaker = createBreaker({
    upstream: name,
    ...options.breaker,
    onRejected: () => observer.refused(name, 'breaker_open'),
    onTransition: (to) => {
      observer.breaker(name, to);
      options.onBreakerChange();
    },
  });

  const again = <Q, T>(retriable: Retriable): Layer<Q, T> =>
    retry(budget, retriable, () => observer.retry(name));
  /** What each attempt passes, be it a question or a write. */
  const attempt = <Q, T>(operation: Operation<Q, T>): Layer<Q, T>[] => [
    turnAway(breaker),
    bulkhead(places),
    guard(breaker),
    deadline(name),
    measure((outcome, seconds) => observer.attempt(name, operation.name, outcome, seconds)),
  ];

  return {
    name,
    breaker,
    budget,
    ask: (operation) => stack([again(quick), ...attempt(operation)], transport.call(operation)),
    tell: (operation) =>
      stack([write(), again(unsent), ...attempt(operation)], transport.call(operation)),
    close() {
      breaker.close();
      return transport.close();
    },
  };
}
