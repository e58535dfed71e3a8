// Limits expensive work, such as hashing: a few tasks at once, a bounded number that wait.
import { createPermits, NoPermit } from 'chassis/base/permits';
import { Problem } from 'chassis/http/problem';

export interface HashQueueBounds {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

export type HashQueue = <T>(task: () => Promise<T>) => Promise<T>;

/** The queue throws Problem 503 when it is full; a task's own error passes through. */
export function createHashQueue(bounds: HashQueueBounds): HashQueue {
  const permits = createPermits(bounds);
  return async (task) => {
    try {
      await permits.acquire({});
    } catch (error) {
      if (!(error instanceof NoPermit)) throw error;
      throw new Problem('overloaded', 'There is too much to do now; try again', {
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
