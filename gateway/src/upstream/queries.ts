// Requests whose answers are not remembered: public ones, such as pages and counts, and what depends on who asks.
import { stack, type Call, type Layer } from './engine/call.ts';
import { coalesce, type InFlightRequests } from './engine/layers/coalesce.ts';
import { measure } from './engine/layers/measure.ts';
import type { Observer } from './engine/observer.ts';
import type { Upstream } from './upstream.ts';
import type { Endpoint } from './engine/endpoint.ts';

export interface Invalidatable {
  /** Something was written that it may be about: whatever is asked from now on joins nothing that was asked before. */
  invalidate(): void;
}

/** A public request. */
export interface SharedQuery<Q, T> extends Invalidatable {
  readonly call: Call<Q, T>;
}

const timed = <Q, T>(endpoint: { readonly name: string }, observer: Observer): Layer<Q, T> =>
  measure((outcome, seconds) => observer.call(endpoint.name, outcome, seconds));

/** Equal ones at once are asked once. Public ones only: two viewers would get the same answer. */
export function createSharedQuery<Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  keyOf: (request: Q) => string | number,
  limitMs: number,
  observer: Observer,
): SharedQuery<Q, T> {
  const inFlight: InFlightRequests<T> = new Map();
  const shared: Layer<Q, T> = coalesce({ upstream: upstream.name, keyOf, limitMs, inFlight });
  return {
    call: stack([timed(endpoint, observer), shared], upstream.query(endpoint)),
    invalidate: () => inFlight.clear(),
  };
}

/** What depends on who asks: nothing of it is shared. */
export const createPrivateQuery = <Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  observer: Observer,
): Call<Q, T> => stack([timed(endpoint, observer)], upstream.query(endpoint));

/** Something to be done. Its answer is the upstream's own; a failure says whether it may have been done. */
export const createCommand = <Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  observer: Observer,
): Call<Q, T> => stack([timed(endpoint, observer)], upstream.command(endpoint));
