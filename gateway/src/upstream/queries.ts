// Requests that are not cached: public ones such as pages and counts, private ones, and commands.
import { stack, type Call, type Layer } from './engine/call.ts';
import { coalesce, type InFlightRequests } from './engine/layers/coalesce.ts';
import { measure } from './engine/layers/measure.ts';
import type { Observer } from './engine/observer.ts';
import type { Upstream } from './upstream.ts';
import type { Endpoint } from './engine/endpoint.ts';

export interface Invalidatable {
  /** Call this after a write that may change responses: later requests do not join those in flight. */
  invalidate(): void;
}

/** A public request. */
export interface SharedQuery<Q, T> extends Invalidatable {
  readonly call: Call<Q, T>;
}

const measured = <Q, T>(endpoint: { readonly name: string }, observer: Observer): Layer<Q, T> =>
  measure((outcome, seconds) => observer.call(endpoint.name, outcome, seconds));

/** Sends equal requests at the same time once. For public requests only: two viewers would get the same response. */
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
    call: stack([measured(endpoint, observer), shared], upstream.query(endpoint)),
    invalidate: () => inFlight.clear(),
  };
}

/** A request whose response depends on the viewer: nothing of it is shared. */
export const createPrivateQuery = <Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  observer: Observer,
): Call<Q, T> => stack([measured(endpoint, observer)], upstream.query(endpoint));

/** A write. Rejects with an UpstreamFailure that says whether the write may have been done. */
export const createCommand = <Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  observer: Observer,
): Call<Q, T> => stack([measured(endpoint, observer)], upstream.command(endpoint));
