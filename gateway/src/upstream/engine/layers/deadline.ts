// Settles every attempt by its caller's deadline: undici does not abort a request that queues or connects.
import { Cancellation, type CancelReason, type Layer } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

/** Stands inside the breaker: an attempt that never settled would leave the breaker half-open for ever. */
export const deadline =
  <Q, T>(upstream: UpstreamName): Layer<Q, T> =>
  (inner) =>
    function withinDeadline(request, caller) {
      return new Promise((resolve, reject) => {
        // The attempt's own cancellation: by the deadline, or with the caller's.
        const cancellation = new Cancellation();
        const giveUp = (reason: CancelReason): void => {
          cancellation.cancel(reason);
          // Later, as the attempt may fail with a more precise kind, such as `connect-timeout`.
          setImmediate(() => reject(new UpstreamFailure(upstream, reason)));
        };
        const remainingMs = Math.max(0, caller.deadlineAt - performance.now());
        const timer = setTimeout(giveUp, remainingMs, 'timeout');
        const removeListener = caller.cancellation.onCancel(giveUp);
        inner(request, { ...caller, cancellation })
          .then(resolve, reject)
          .finally(() => {
            clearTimeout(timer);
            removeListener();
          });
      });
    };
