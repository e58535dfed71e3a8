// What each attempt to an upstream passes: a breaker and a bulkhead, in the order that docs/layers.md explains.
import { createBreaker } from './engine/breaker.ts';
import type { Breaker, BreakerName, BreakerSettings } from './engine/breaker.ts';
import type { Layer } from './engine/call.ts';
import type { UpstreamName } from './engine/failure.ts';
import { bulkhead, createPermits, type UpstreamPermits } from './engine/layers/bulkhead.ts';
import { circuitBreaker, failFast, respectBreaker } from './engine/layers/circuit-breaker.ts';
import type { Observer } from './engine/observer.ts';

/** The breaker and the permits of a client of an upstream. */
export interface Gate {
  readonly breaker: Breaker;
  readonly permits: UpstreamPermits;
}

export interface GateOptions {
  /** Whose gate it is: the upstream's own, or that of an isolated client. */
  readonly client: BreakerName;
  readonly upstream: UpstreamName;
  readonly maxConcurrent: number;
  readonly breaker: BreakerSettings;
  readonly observer: Observer;
  readonly onBreakerChange: () => void;
}

type PermitsFor = Pick<GateOptions, 'client' | 'upstream' | 'maxConcurrent' | 'observer'>;

// The queue for each connection: at 5 ms for a response, the last in the queue waits 100 ms.
const QUEUED_PER_CONNECTION = 20;

/** Permits without a breaker of their own. */
export const permitsFor = ({ client, upstream, maxConcurrent, observer }: PermitsFor) =>
  createPermits({
    upstream,
    maxConcurrent,
    maxQueued: maxConcurrent * QUEUED_PER_CONNECTION,
    onRejected: () => observer.rejected(client, 'bulkhead_full'),
  });

export const createGate = (options: GateOptions): Gate => {
  const { client, upstream, breaker, observer, onBreakerChange } = options;
  return {
    permits: permitsFor(options),
    breaker: createBreaker({
      name: client,
      upstream,
      ...breaker,
      onRejected: () => observer.rejected(client, 'breaker_open'),
      onTransition(to, report) {
        observer.breaker(client, to, report);
        onBreakerChange();
      },
    }),
  };
};

const respectAll = <Q, T>(gates: readonly Gate[]): Layer<Q, T>[] =>
  gates.map(({ breaker }) => respectBreaker(breaker));
const permitsOf = <Q, T>(gates: readonly Gate[]): Layer<Q, T>[] =>
  gates.map(({ permits }) => bulkhead(permits));

/**
 * The gate's breaker counts the outcome. `others` are gates that an isolated client passes as well, uncounted there.
 * @param shouldCount whether the breaker counts a failure
 */
export const countedBy = <Q, T>(
  gate: Gate,
  shouldCount: (error: unknown) => boolean,
  ...others: readonly Gate[]
): Layer<Q, T>[] => [
  failFast(gate.breaker),
  ...respectAll<Q, T>(others),
  ...permitsOf<Q, T>([gate, ...others]),
  ...respectAll<Q, T>(others),
  circuitBreaker(gate.breaker, shouldCount),
];

/** No breaker counts the outcome; the attempt is sent only while all of them are closed. */
export const uncounted = <Q, T>(...gates: readonly Gate[]): Layer<Q, T>[] => [
  ...respectAll<Q, T>(gates),
  ...permitsOf<Q, T>(gates),
  ...respectAll<Q, T>(gates),
];
