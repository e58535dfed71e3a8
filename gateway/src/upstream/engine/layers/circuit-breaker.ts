// Lets attempts out through the upstream's breaker, and refuses them while it is open.
import type { Breaker } from '../breaker.ts';
import { Presence, type Layer, type Reply } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';

/** Stands before any waiting: while the breaker is open, nobody queues for a place to be refused at. */
export const turnAway =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
  (question, caller) => {
    const refused = breaker.refuse();
    return refused === undefined ? inner(question, caller) : Promise.reject(refused);
  };

export const guard =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
  async (question, caller): Promise<Reply<T>> => {
    const refused = breaker.refuse();
    if (refused !== undefined) throw refused;
    // A probe runs to its end, even when its caller leaves: a hang-up must not close the breaker, or leave it half-open.
    const asker = breaker.state === 'half_open' ? { ...caller, presence: new Presence() } : caller;
    return breaker.fire(() => inner(question, asker));
  };

/**
 * Keeps to the breaker and tells it nothing, for questions that answers can do without: were they counted, they could
 * close the way to what answers need. Nor do they take the place of a probe.
 */
export const heed =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
  (question, caller) => {
    const { state } = breaker;
    if (state === 'closed' || state === 'forced_closed') return inner(question, caller);
    return Promise.reject(breaker.refuse() ?? new UpstreamFailure(breaker.upstream, 'open'));
  };
