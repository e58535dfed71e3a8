// Requests that are not cached: public ones such as pages and counts, private ones, and commands.
import { stack, withDeadline, type Call, type Layer } from './engine/call.ts';
import { coalesce, type InFlightRequests } from './engine/layers/coalesce.ts';
import { beginCall } from './engine/spans.ts';
import { measure } from './engine/layers/measure.ts';
import type { Observer } from './engine/observer.ts';
import { createQuarantine } from './engine/quarantine.ts';
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
  measure(
    (outcome, seconds) => observer.call(endpoint.name, outcome, seconds),
    beginCall(endpoint.name),
  );

/** Holds everything that changes the response. */
const keyOf = (request: unknown): string | number =>
  typeof request === 'number' ? request : JSON.stringify(request);

/** Sends equal requests at the same time once. For public requests only: two viewers would get the same response. */
export function createSharedQuery<Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  limitMs: number,
  observer: Observer,
): SharedQuery<Q, T> {
  const inFlight: InFlightRequests<T> = new Map();
  const shared: Layer<Q, T> = coalesce<Q, T>({ upstream: upstream.name, keyOf, limitMs, inFlight });
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

/**
 * The same for a part of an answer that needs another request to the same upstream, and can do without this one: no breaker
 * counts it and nothing repeats it. When it fails twice in a row, it is rejected for a moment, so that it costs no time.
 * @param limitMs how long it may take
 */
export function createOptionalQuery<Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  limitMs: number,
  observer: Observer,
): Call<Q, T> {
  const { name } = endpoint;
  const quarantine = createQuarantine<string>({
    upstream: upstream.name,
    breaker: upstream.breaker,
  });
  const quarantined: Layer<Q, T> = (inner) =>
    async function quarantinedQuery(request, caller) {
      const rejection = quarantine.rejection(name);
      if (rejection !== undefined) {
        observer.rejected(upstream.client, 'quarantined');
        throw rejection;
      }
      try {
        const reply = await inner(request, withDeadline(caller, limitMs));
        quarantine.succeeded(name);
        return reply;
      } catch (error) {
        quarantine.failed(name, error);
        throw error;
      }
    };
  return stack([measured(endpoint, observer), quarantined], upstream.trial(endpoint));
}

/** A write. Rejects with an UpstreamFailure that says whether the write may have been done. */
export const createCommand = <Q, T>(
  upstream: Upstream,
  endpoint: Endpoint<Q, T>,
  observer: Observer,
): Call<Q, T> => stack([measured(endpoint, observer)], upstream.command(endpoint));
