// Limits password hashing: a fixed number of hashes at the same time, and a queue with a bound and an age.
import { createPermits, NoPermit, type WaitOptions } from 'chassis/base/permits';
import { Problem } from 'chassis/http/problem';

export interface HashQueueBounds {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
  /** The longest wait, in milliseconds: a caller that gets its answer later than its deadline tries again. */
  readonly waitMs: number;
}

/** Calls the listener when the client disconnects, which ends the wait; returns a function that removes the listener. */
export type OnCancel = NonNullable<WaitOptions['onCancel']>;

export type HashQueue = <T>(task: () => Promise<T>, onCancel?: OnCancel) => Promise<T>;

/**
 * Creates a queue. It throws a Problem 503 when it is full, and for callers that wait too long or disconnect; errors of a
 * task pass through.
 */
export function createHashQueue({ waitMs, ...bounds }: HashQueueBounds): HashQueue {
  const permits = createPermits(bounds);
  return async (task, onCancel) => {
    try {
      await permits.acquire({ waitMs, ...(onCancel && { onCancel }) });
    } catch (error) {
      if (!(error instanceof NoPermit)) throw error;
      throw new Problem('overloaded', 'Too many requests are waiting; try again', {
        headers: { 'Retry-After': '1' },
        reason: 'the hash queue is full',
      });
    }
    try {
      return await task();
    } finally {
      permits.release();
    }
  };
}
