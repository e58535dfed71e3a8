// Reports the duration and the outcome of a call, and records it as a span.
import { within, type Caller, type Layer } from '../call.ts';
import type { Span } from 'chassis/observability/span';
import { kindOfThrown, type FailureKind } from '../failure.ts';

/** A closed set, fit for a metric's label. */
export type CallOutcome = 'ok' | FailureKind | 'bug';

/** @param begin makes the span in which the call runs, inside its caller's */
export const measure =
  <Q, T>(
    observe: (outcome: CallOutcome, seconds: number) => void,
    begin: (parent: Span, caller: Caller) => Span,
  ): Layer<Q, T> =>
  (inner) =>
    async function measured(request, caller) {
      const startedAt = performance.now();
      const span = caller.span && begin(caller.span, caller);
      let outcome: CallOutcome = 'ok';
      try {
        return await inner(request, within(caller, span));
      } catch (error) {
        outcome = kindOfThrown(error);
        throw error;
      } finally {
        observe(outcome, (performance.now() - startedAt) / 1000);
        span?.end(outcome === 'ok' ? undefined : outcome);
      }
    };
