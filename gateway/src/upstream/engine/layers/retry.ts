// Retries a quick failure once, within a budget: retries must not multiply the load on an upstream that is down.
import { asRetry, type Layer } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';

/** A token bucket: every request earns a share of a retry, every retry spends one. One bucket for each upstream. */
export interface RetryBudget {
  readonly remaining: number;
  earn(): void;
  /** @returns false when the budget is exhausted */
  spend(): boolean;
}

/** @param share retries earned by each request @param burst the largest number of retries that can be saved */
export function createRetryBudget(share = 0.1, burst = 10): RetryBudget {
  let remaining = burst;
  return {
    get remaining() {
      return remaining;
    },
    earn() {
      remaining = Math.min(burst, remaining + share);
    },
    spend() {
      if (remaining < 1) return false;
      remaining -= 1;
      return true;
    },
  };
}

/** Whether a failed attempt may be repeated. */
export type ShouldRetry = (failure: UpstreamFailure) => boolean;

/** For reads: the failures that came quickly and are likely to be gone. Never when the upstream asked for a wait. */
export const whenQuickToFail: ShouldRetry = ({ descriptor, hasRetryAfter }) =>
  descriptor.retry && !hasRetryAfter;

/** For writes: only a refused connection, as the request surely did not leave. */
export const whenNotSent: ShouldRetry = ({ kind }) => kind === 'refused';

/** Stands outside the breaker, so that an open breaker rejects the retry at once. */
export const retry =
  <Q, T>(budget: RetryBudget, shouldRetry: ShouldRetry, onRetry: () => void): Layer<Q, T> =>
  (inner) =>
    async function retried(request, caller) {
      budget.earn();
      try {
        return await inner(request, caller);
      } catch (error) {
        const again =
          error instanceof UpstreamFailure &&
          shouldRetry(error) &&
          !caller.cancellation.cancelled &&
          performance.now() < caller.deadlineAt &&
          budget.spend();
        if (!again) throw error;
        return await secondAttempt(() => inner(request, asRetry(caller)), error, onRetry);
      }
    };

/** Throws the first failure when the second attempt was never sent: the first says more. */
async function secondAttempt<T>(
  attempt: () => Promise<T>,
  first: UpstreamFailure,
  onRetry: () => void,
): Promise<T> {
  try {
    const reply = await attempt();
    onRetry();
    return reply;
  } catch (second) {
    if (second instanceof UpstreamFailure && !second.descriptor.sent) throw first;
    onRetry();
    throw second;
  }
}
