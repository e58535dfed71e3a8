// Makes a call a write: its client's disconnect does not abort it, and a lost response makes its outcome unknown.
import { Cancellation, type Layer } from '../call.ts';
import { UpstreamFailure, type FailureKind } from '../failure.ts';

/** The failures after which the upstream may have done the write: the request left, and no readable response came. */
const OUTCOME_UNKNOWN: ReadonlySet<FailureKind> = new Set([
  'timeout',
  'terminated',
  'incomplete',
  'too-large',
  'headers-too-large',
  'protocol',
  'encoding',
  'nonsense',
]);

/** The outermost layer of writes. The caches have to hear of the end of a write even when its client is gone. */
export const write =
  <Q, T>(): Layer<Q, T> =>
  (inner) =>
    async function written(request, caller) {
      try {
        return await inner(request, { ...caller, cancellation: new Cancellation() });
      } catch (error) {
        throw error instanceof UpstreamFailure && OUTCOME_UNKNOWN.has(error.kind)
          ? uncertain(error)
          : error;
      }
    };

const uncertain = (failure: UpstreamFailure): UpstreamFailure =>
  new UpstreamFailure(failure.upstream, failure.kind, {
    status: failure.receivedStatus,
    cause: failure.cause,
    uncertain: true,
  });
