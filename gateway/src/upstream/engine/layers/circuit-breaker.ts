// Three ways to use a breaker: fail fast while it is open, send attempts through it, only respect it.
import type { Breaker } from '../breaker.ts';
import { Cancellation, type Caller, type Layer } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';

/** Rejects before the bulkhead, so that no call queues for a permit only to be rejected after it. */
export const failFast =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
    function failedFast(request, caller) {
      const rejection = breaker.reject();
      if (rejection === undefined) return inner(request, caller);
      record(breaker, caller);
      return Promise.reject(rejection);
    };

/** Sends attempts through the breaker, which counts their outcomes: failures only when `shouldCount` returns true. */
export const circuitBreaker =
  <Q, T>(breaker: Breaker, shouldCount: (error: unknown) => boolean): Layer<Q, T> =>
  (inner) =>
    // `async`, so that the breaker counts an attempt before its caller continues.
    async function guardedByBreaker(request, caller) {
      const rejection = breaker.reject();
      if (rejection !== undefined) {
        record(breaker, caller);
        throw rejection;
      }
      // A probe ignores its caller's cancellation: a client's disconnect must neither close the breaker nor leave it
      // half-open.
      const isProbe = breaker.state === 'half_open';
      const attempting = isProbe ? { ...caller, cancellation: new Cancellation() } : caller;
      return breaker.fire(() => inner(request, attempting), shouldCount);
    };

/**
 * Rejects unless the breaker is closed, and tells it no outcomes. For optional requests: their failures must not open
 * the breaker for required ones, and they must not take the place of a probe.
 */
export const respectBreaker =
  <Q, T>(breaker: Breaker): Layer<Q, T> =>
  (inner) =>
    function respectingBreaker(request, caller) {
      const { state } = breaker;
      if (state === 'closed' || state === 'forced_closed') return inner(request, caller);
      record(breaker, caller);
      return Promise.reject(breaker.reject() ?? new UpstreamFailure(breaker.upstream, 'open'));
    };

const record = ({ name, state }: Breaker, { span }: Caller): void =>
  span?.event('rejected by a breaker', { 'app.breaker.name': name, 'app.breaker.state': state });
