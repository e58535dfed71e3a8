// Limits password hashing: a fixed number of hashes at the same time, and a bounded queue.
import { createPermits, NoPermit } from 'chassis/base/permits';
import { Problem } from 'chassis/http/problem';

export interface HashQueueBounds {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

export type HashQueue = <T>(task: () => Promise<T>) => Promise<T>;

/** Creates a queue. It throws a Problem 503 when it is full; errors of a task pass through. */
export function createHashQueue(bounds: HashQueueBounds): HashQueue {
  const permits = createPermits(bounds);
  return async (task) => {
    try {
      await permits.acquire({});
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
