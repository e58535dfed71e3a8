// The client of one upstream: its pool, breaker, retry budget and permits, and the policy as lists of layers.
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
  /** The longest wait for a response, in milliseconds. */
  readonly limitMs: number;
  readonly breaker: BreakerSettings;
  readonly observer: Observer;
  readonly onBreakerChange: () => void;
}

/** Takes safe requests. */
export interface Queryable {
  readonly name: UpstreamName;
  readonly breaker: Breaker;
  /** A safe request, with all layers of an attempt. */
  query<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
}

export interface Upstream extends Queryable {
  readonly budget: RetryBudget;
  /** A client for optional requests, with a breaker of its own: their failures do not block required requests. */
  isolated(name: BreakerName): Queryable;
  /** A safe request that waits for new events: one at a time, on a connection of its own. */
  longPoll<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  /** A write: neither shared nor cached, and retried only when it certainly was not sent. */
  command<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

// The queue for each connection: at 5 ms for a response, the last in the queue waits 100 ms.
const QUEUED_PER_CONNECTION = 20;
/** The share of the upstream's permits that an isolated client has at most. */
const ISOLATED_SHARE = 0.25;

export function createUpstream(options: UpstreamOptions): Upstream {
  const { name, origin, connections, limitMs, observer } = options;
  const transport = createTransport({
    upstream: name,
    origin,
    // One more for the long poll.
    connections: connections + 1,
    backstopMs: limitMs,
  });
  const budget = createRetryBudget();
  const permitsFor = (client: BreakerName, maxConcurrent: number) =>
    createPermits({
      upstream: name,
      maxConcurrent,
      maxQueued: maxConcurrent * QUEUED_PER_CONNECTION,
      onRejected: () => observer.rejected(client, 'bulkhead_full'),
    });
  const breakers: Breaker[] = [];
  const breakerFor = (client: BreakerName): Breaker => {
    const created = createBreaker({
      name: client,
      upstream: name,
      ...options.breaker,
      onRejected: () => observer.rejected(client, 'breaker_open'),
      onTransition: (to) => {
        observer.breaker(client, to);
        options.onBreakerChange();
      },
    });
    breakers.push(created);
    return created;
  };
  const permits = permitsFor(name, connections);
  const breaker = breakerFor(name);

  const retried = <Q, T>(shouldRetry: ShouldRetry, from = budget): Layer<Q, T> =>
    retry(from, shouldRetry, () => observer.retry(name));
  const timed = <Q, T>(endpoint: Endpoint<Q, T>): Layer<Q, T>[] => [
    deadline(name),
    measure((outcome, seconds) => observer.attempt(name, endpoint.name, outcome, seconds)),
  ];
  /** The layers of each attempt, of queries and of commands. */
  const attempt = <Q, T>(endpoint: Endpoint<Q, T>): Layer<Q, T>[] => [
    failFast(breaker),
    bulkhead(permits),
    circuitBreaker(breaker),
    ...timed(endpoint),
  ];
  /** Has its own breaker, budget and permits: a replica that hangs must neither delay each answer nor hold the permits of posts. */
  const isolated = (client: BreakerName): Queryable => {
    const ownBudget = createRetryBudget();
    const ownBreaker = breakerFor(client);
    const ownPermits = permitsFor(client, Math.ceil(connections * ISOLATED_SHARE));
    const layers = <Q, T>(endpoint: Endpoint<Q, T>): Layer<Q, T>[] => [
      retried(whenQuickToFail, ownBudget),
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
      stack([retried(whenQuickToFail), ...attempt(endpoint)], transport.call(endpoint)),
    isolated,
    longPoll: (endpoint) =>
      stack([respectBreaker(breaker), ...timed(endpoint)], transport.call(endpoint)),
    command: (endpoint) =>
      stack([write(), retried(whenNotSent), ...attempt(endpoint)], transport.call(endpoint)),
    close() {
      for (const one of breakers) one.close();
      return transport.close();
    },
  };
}
