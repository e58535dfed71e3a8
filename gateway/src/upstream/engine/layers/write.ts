// What makes a write different: it runs to its end, and when its answer is lost nobody knows whether it was done.
import { Cancellation, type Layer } from '../call.ts';
import { UpstreamFailure, type FailureKind } from '../failure.ts';

/** It left, and no answer came whole, or none that can be read. */
const LOST: ReadonlySet<FailureKind> = new Set([
  'timeout',
  'terminated',
  'incomplete',
  'too-large',
  'headers-too-large',
  'protocol',
  'encoding',
  'nonsense',
]);

/**
 * The outermost layer of writes. A client that hangs up does not abort it: it may be done already, and whoever remembers
 * what it changes has to hear of its end.
 */
export const write =
  <Q, T>(): Layer<Q, T> =>
  (inner) =>
  async (request, caller) => {
    try {
      return await inner(request, { ...caller, cancellation: new Cancellation() });
    } catch (error) {
      throw error instanceof UpstreamFailure && LOST.has(error.kind) ? uncertain(error) : error;
    }
  };

const uncertain = (failure: UpstreamFailure): UpstreamFailure =>
  new UpstreamFailure(failure.upstream, failure.kind, {
    status: failure.receivedStatus,
    cause: failure.cause,
    uncertain: true,
  });
