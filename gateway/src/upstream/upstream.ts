// One upstream: its pool, its breaker, its budget, and the policy around each attempt.
import { stack, type Call, type Layer } from './engine/call.ts';
import type { UpstreamName } from './engine/failure.ts';
import { bulkhead, createPlaces } from './engine/layers/bulkhead.ts';
import { deadline } from './engine/layers/deadline.ts';
import {
  createBreaker,
  type Breaker,
  type BreakerName,
  type BreakerSettings,
} from './engine/breaker.ts';
import { guard, heed, turnAway } from './engine/layers/circuit-breaker.ts';
import { measure } from './engine/layers/measure.ts';
import { createRetryBudget, quick, retry, unsent } from './engine/layers/retry.ts';
import type { Retriable, RetryBudget } from './engine/layers/retry.ts';
import { write } from './engine/layers/write.ts';
import type { Observer } from './engine/observer.ts';
import type { Operation } from './engine/endpoint.ts';
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

/** Whom safe questions are put to. */
export interface Asked {
  readonly name: UpstreamName;
  readonly breaker: Breaker;
  /** A safe question, with everything that stands between it and the wire. */
  ask<Q, T>(operation: Operation<Q, T>): Call<Q, T>;
}

export interface Upstream extends Asked {
  readonly budget: RetryBudget;
  /** For questions that answers can do without: with a breaker of their own, they never close the way to what is needed. */
  aside(name: BreakerName): Asked;
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
  const room = (who: BreakerName, maxAtOnce: number) =>
    createPlaces({
      upstream: name,
      maxAtOnce,
      maxWaiting: maxAtOnce * WAITING_PER_CONNECTION,
      onRefused: () => observer.refused(who, 'bulkhead_full'),
    });
  const breakers: Breaker[] = [];
  const breakerFor = (who: BreakerName): Breaker => {
    const made = createBreaker({
      name: who,
      upstream: name,
      ...options.breaker,
      onRejected: () => observer.refused(who, 'breaker_open'),
      onTransition: (to) => {
        observer.breaker(who, to);
        options.onBreakerChange();
      },
    });
    breakers.push(made);
    return made;
  };
  const places = room(name, connections);
  const breaker = breakerFor(name);

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
  /** Its own of everything: a copy that hangs must cost neither each answer its time nor posts their places. */
  const aside = (who: BreakerName): Asked => {
    const ownBudget = createRetryBudget();
    const ownBreaker = breakerFor(who);
    const ownPlaces = room(who, Math.ceil(connections * ASIDE_SHARE));
    const layers = <Q, T>(operation: Operation<Q, T>): Layer<Q, T>[] => [
      again(quick, ownBudget),
      turnAway(ownBreaker),
      heed(breaker),
      bulkhead(ownPlaces),
      bulkhead(places),
      heed(breaker),
      guard(ownBreaker),
      ...timed(operation),
    ];
    return {
      name,
      breaker: ownBreaker,
      ask: (operation) => stack(layers(operation), transport.call(operation)),
    };
  };

  return {
    name,
    breaker,
    budget,
    ask: (operation) => stack([again(quick), ...attempt(operation)], transport.call(operation)),
    aside,
    listen: (operation) => stack([heed(breaker), ...timed(operation)], transport.call(operation)),
    tell: (operation) =>
      stack([write(), again(unsent), ...attempt(operation)], transport.call(operation)),
    close() {
      for (const each of breakers) each.close();
      return transport.close();
    },
  };
}
