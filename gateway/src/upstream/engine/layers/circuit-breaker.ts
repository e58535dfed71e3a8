// Lets attempts out through the upstream's breaker, and refuses them while it is open.
import type { Breaker } from '../breaker.ts';
import { Cancellation, type Layer, type Reply } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';

/** Stands before any waiting: while the breaker is open, nobody queues for a place to be refused at. */
export const failFast =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
  (request, caller) => {
    const refused = breaker.reject();
    return refused === undefined ? inner(request, caller) : Promise.reject(refused);
  };

export const circuitBreaker =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
  async (request, caller): Promise<Reply<T>> => {
    const refused = breaker.reject();
    if (refused !== undefined) throw refused;
    // A probe runs to its end, even when its caller leaves: a hang-up must not close the breaker, or leave it half-open.
    const asker =
      breaker.state === 'half_open' ? { ...caller, cancellation: new Cancellation() } : caller;
    return breaker.fire(() => inner(request, asker));
  };

/**
 * Keeps to the breaker and tells it nothing, for requests that answers can do without: were they counted, they could
 * close the way to what answers need. Nor do they take the place of a probe.
 */
export const respectBreaker =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
  (request, caller) => {
    const { state } = breaker;
    if (state === 'closed' || state === 'forced_closed') return inner(request, caller);
    return Promise.reject(breaker.reject() ?? new UpstreamFailure(breaker.upstream, 'open'));
  };
