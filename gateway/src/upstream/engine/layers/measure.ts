// Times a call and names its outcome, for whoever listens.
import type { Layer } from '../call.ts';
import { UpstreamFailure, type FailureKind } from '../failure.ts';

/** A closed set, fit for a metric's label. */
export type Outcome = 'ok' | FailureKind | 'bug';

export const measure =
  <Q, T>(observe: (outcome: Outcome, seconds: number) => void): Layer<Q, T> =>
  (inner) =>
  async (question, caller) => {
    const startedAt = performance.now();
    let outcome: Outcome = 'ok';
    try {
      return await inner(question, caller);
    } catch (error) {
      outcome = error instanceof UpstreamFailure ? error.kind : 'bug';
      throw error;
    } finally {
      observe(outcome, (performance.now() - startedAt) / 1000);
    }
  };
