// An attempt always settles: a timer of our own, as an abort does not reach what still waits or connects.
import { Cancellation, type Layer, type CancelReason } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

/** Stands inside the breaker: an attempt that never settles would leave it half-open for ever. */
export const deadline =
  <Q, T>(upstream: UpstreamName): Layer<Q, T> =>
  (inner) =>
  (request, caller) =>
    new Promise((resolve, reject) => {
      // The attempt has a cancellation of its own, which ends at the deadline as well as with the caller.
      const cancellation = new Cancellation();
      const giveUp = (kind: CancelReason): void => {
        cancellation.cancel(kind);
        // Not at once: the attempt, which now hears of it, may know more exactly what it was waiting for.
        setImmediate(() => reject(new UpstreamFailure(upstream, kind)));
      };
      const timer = setTimeout(
        giveUp,
        Math.max(0, caller.deadlineAt - performance.now()),
        'timeout',
      );
      const stopListening = caller.cancellation.onCancel(giveUp);
      inner(request, { ...caller, cancellation })
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          stopListening();
        });
    });
