// One upstream: its connections, its breaker, its retry budget, and the layers of each attempt.
import type { Breaker, BreakerName, BreakerSettings } from './engine/breaker.ts';
import { stack, type Call, type Layer } from './engine/call.ts';
import type { Endpoint } from './engine/endpoint.ts';
import type { UpstreamName } from './engine/failure.ts';
import { countedBy, createGate, permitsFor, uncounted, type Gate } from './gate.ts';
import { respectBreaker } from './engine/layers/circuit-breaker.ts';
import { deadline } from './engine/layers/deadline.ts';
import { measure } from './engine/layers/measure.ts';
import {
  createRetryBudget,
  retry,
  whenNotSent,
  whenQuickToFail,
  type RetryBudget,
  type ShouldRetry,
} from './engine/layers/retry.ts';
import { write } from './engine/layers/write.ts';
import type { Observer } from './engine/observer.ts';
import { attemptSpans } from './engine/spans.ts';
import { createEndpointGuard } from './endpoint-guard.ts';
import { createQuarantine } from './engine/quarantine.ts';
import { createTransport } from './engine/transport/transport.ts';

export interface UpstreamOptions {
  readonly name: UpstreamName;
  readonly origin: string;
  readonly connections: number;
  /** How old a connection gets, in milliseconds. */
  readonly maxAgeMs: number;
  /** The longest wait for a response, in milliseconds. */
  readonly limitMs: number;
  readonly breaker: BreakerSettings;
  readonly observer: Observer;
  readonly onBreakerChange: () => void;
}

/** Takes safe requests. */
export interface Queryable {
  readonly name: UpstreamName;
  /** The name of its breaker and of its metrics. */
  readonly client: BreakerName;
  readonly breaker: Breaker;
  /** A safe request, with all layers of an attempt. */
  query<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  /** A query for something whose last query failed: not retried, and the breaker does not count its outcome. */
  trial<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
}

export interface Upstream extends Queryable, Gate {
  readonly budget: RetryBudget;
  /** A client for optional requests, with a breaker of its own: their failures do not block required requests. */
  isolated(name: BreakerName): Queryable;
  /** A safe request that waits for new events: one at a time for each endpoint, on a connection of its own. */
  longPoll<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  /** A write: neither shared nor cached, and retried only when it certainly was not sent. */
  command<Q, T>(endpoint: Endpoint<Q, T>): Call<Q, T>;
  close(): Promise<void>;
}

/** The share of the upstream's permits that an isolated client has at most. */
const ISOLATED_SHARE = 0.25;
/** Slow writes, such as log-ins, have connections and permits of their own, so many for each of the others. */
const SLOW_SHARE = 0.25;

export function createUpstream(options: UpstreamOptions): Upstream {
  const { name, origin, connections, limitMs, observer } = options;
  const maxSlow = Math.ceil(connections * SLOW_SHARE);
  const transport = createTransport({
    upstream: name,
    origin,
    // The long polls of the user event log and of the ended sessions have their own.
    connections: connections + maxSlow + 2,
    maxAgeMs: options.maxAgeMs,
    backstopMs: limitMs,
  });
  const gates: Gate[] = [];
  const gateFor = (client: BreakerName, maxConcurrent: number): Gate => {
    const created = createGate({ ...options, upstream: name, client, maxConcurrent });
    gates.push(created);
    return created;
  };
  const gate = gateFor(name, connections);
  const slow: Gate = {
    ...gate,
    permits: permitsFor({ upstream: name, client: name, maxConcurrent: maxSlow, observer }),
  };
  const budget = createRetryBudget();

  const retried = <Q, T>(shouldRetry: ShouldRetry, from: RetryBudget): Layer<Q, T> =>
    retry(from, shouldRetry, () => observer.retry(name));
  const begin = attemptSpans(name, origin);
  const timed = <Q, T>({ name: endpoint, method }: Endpoint<Q, T>): Layer<Q, T>[] => [
    deadline(name),
    measure((...args) => observer.attempt(name, endpoint, ...args), begin(endpoint, method)),
  ];
  const send = <Q, T>(endpoint: Endpoint<Q, T>, layers: readonly Layer<Q, T>[]): Call<Q, T> =>
    stack([...layers, ...timed(endpoint)], transport.call(endpoint));
  const endpoints = createEndpointGuard({
    quarantine: createQuarantine({ upstream: name, breaker: gate.breaker }),
    onQuarantined: () => observer.rejected(name, 'quarantined'),
  });
  /** The layers of an attempt, and the same past the breaker. `first` are outermost in both. */
  const guarded = <Q, T>(
    endpoint: Endpoint<Q, T>,
    first: readonly Layer<Q, T>[],
    again: ShouldRetry,
    through = gate,
  ): Call<Q, T> => {
    const counts = (error: unknown): boolean => endpoints.shouldCount(endpoint.name, error);
    return endpoints.guard(
      endpoint.name,
      send(endpoint, [...first, retried<Q, T>(again, budget), ...countedBy<Q, T>(through, counts)]),
      send(endpoint, [...first, ...uncounted<Q, T>(through)]),
    );
  };

  /** A replica that hangs must neither delay each answer nor hold the permits of posts. */
  const isolated = (client: BreakerName): Queryable => {
    const own = gateFor(client, Math.ceil(connections * ISOLATED_SHARE));
    const ownBudget = createRetryBudget();
    return {
      name,
      client,
      breaker: own.breaker,
      query: <Q, T>(endpoint: Endpoint<Q, T>) =>
        send(endpoint, [
          retried<Q, T>(whenQuickToFail, ownBudget),
          ...countedBy<Q, T>(own, () => true, gate),
        ]),
      trial: <Q, T>(endpoint: Endpoint<Q, T>) => send(endpoint, uncounted<Q, T>(own, gate)),
    };
  };

  return {
    name,
    client: name,
    ...gate,
    budget,
    query: (endpoint) => guarded(endpoint, [], whenQuickToFail),
    trial: (endpoint) => send(endpoint, uncounted(gate)),
    isolated,
    longPoll: (endpoint) => send(endpoint, [respectBreaker(gate.breaker)]),
    command: (endpoint) => guarded(endpoint, [write()], whenNotSent, endpoint.isSlow ? slow : gate),
    close() {
      for (const { breaker } of gates) breaker.close();
      return transport.close();
    },
  };
}
