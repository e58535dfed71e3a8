// Turns for work that is dear: a few at once, a bounded number that wait, and the rest is told to come again.
import { Problem } from 'chassis/http/problem';

export interface HashQueueBounds {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

export type HashQueue = <T>(task: () => Promise<T>) => Promise<T>;

/** @throws (what it makes) Problem 503 when as many wait as may; a task's own error goes through */
export function createHashQueue({ maxConcurrent, maxQueued }: HashQueueBounds): HashQueue {
  let running = 0;
  const turns: (() => void)[] = [];

  return async (task) => {
    if (running < maxConcurrent) running += 1;
    else {
      if (turns.length >= maxQueued)
        throw new Problem('overloaded', 'There is too much to do now; try again', {
          headers: { 'Retry-After': '1' },
          reason: 'too many wait for a hashing',
        });
      await new Promise<void>((resolve) => turns.push(resolve));
    }
    try {
      return await task();
    } finally {
      // A turn is handed on, so nobody who comes later gets in between.
      const next = turns.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
