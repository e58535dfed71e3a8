// One more try for what failed quickly, while there is budget: retries must not multiply the load of an outage.
import type { Layer } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';

/** A token bucket: requests earn, retries spend. One bucket for each upstream. */
export interface RetryBudget {
  readonly left: number;
  earn(): void;
  /** @returns false when nothing is left */
  spend(): boolean;
}

/** @param share retries for each request, in the long run; @param burst the most that can be saved up */
export function createRetryBudget(share = 0.1, burst = 10): RetryBudget {
  let left = burst;
  return {
    get left() {
      return left;
    },
    earn() {
      left = Math.min(burst, left + share);
    },
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}

/** Whether what failed may be asked once more. */
export type ShouldRetry = (failure: UpstreamFailure) => boolean;

/** For safe requests: whatever failed quickly. */
export const whenQuickToFail: ShouldRetry = ({ descriptor }) => descriptor.retry;

/** For writes: only what surely did not leave, as nobody listened. */
export const whenNotSent: ShouldRetry = ({ kind }) => kind === 'refused';

/** Stands outside the breaker, so that an open one ends the retries at once. */
export const retry =
  <Q, T>(budget: RetryBudget, retriable: ShouldRetry, onRetry: () => void): Layer<Q, T> =>
  (inner) =>
  async (request, caller) => {
    budget.earn();
    try {
      return await inner(request, caller);
    } catch (error) {
      const again =
        error instanceof UpstreamFailure &&
        retriable(error) &&
        !caller.cancellation.cancelled &&
        performance.now() < caller.deadlineAt &&
        budget.spend();
      if (!again) throw error;
      return await secondTry(() => inner(request, caller), error, onRetry);
    }
  };

/** When the second try never went out, the first failure is the one to tell of. */
async function secondTry<T>(
  ask: () => Promise<T>,
  first: UpstreamFailure,
  onRetry: () => void,
): Promise<T> {
  try {
    const reply = await ask();
    onRetry();
    return reply;
  } catch (second) {
    if (second instanceof UpstreamFailure && !second.descriptor.sent) throw first;
    onRetry();
    throw second;
  }
}
