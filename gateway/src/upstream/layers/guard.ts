// Lets attempts out through the upstream's breaker, and refuses them while it is open.
import type { Breaker } from '../breaker.ts';
import { Presence, type Layer, type Reply } from '../call.ts';

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
