// Reports the duration and the outcome of a call.
import type { Layer } from '../call.ts';
import { UpstreamFailure, type FailureKind } from '../failure.ts';

/** A closed set, fit for a metric's label. */
export type CallOutcome = 'ok' | FailureKind | 'bug';

export const measure =
  <Q, T>(observe: (outcome: CallOutcome, seconds: number) => void): Layer<Q, T> =>
  (inner) =>
    async function measured(request, caller) {
      const startedAt = performance.now();
      let outcome: CallOutcome = 'ok';
      try {
        return await inner(request, caller);
      } catch (error) {
        outcome = error instanceof UpstreamFailure ? error.kind : 'bug';
        throw error;
      } finally {
        observe(outcome, (performance.now() - startedAt) / 1000);
      }
    };
