// Lanes by key, such as an account: a few attempts of a key run at once, and the others wait for their outcomes.
import { createPermits, NoPermit, type Permits } from 'chassis/base/permits';
import { Problem } from 'chassis/http/problem';

/** More than there are password hashes at once, so lanes slow down nobody. */
const WIDTH = 4;
const MAX_QUEUED = 1_000;

/** The longest wait, in milliseconds: below the deadline of the gateway's requests. */
const WAIT_MS = 500;

/** Enters the lane of a key. @returns a function that leaves it @throws Problem 503 when the lane is full for too long */
export type EnterLane = (key: string) => Promise<() => void>;

/** @param width the most attempts of a key that run at once; less than 4 for a smaller limit */
export function createLanes(width: number): EnterLane {
  const lanes = new Map<string, Permits>();
  return async (key) => {
    let lane = lanes.get(key);
    if (lane === undefined) {
      lane = createPermits({ maxConcurrent: Math.min(width, WIDTH), maxQueued: MAX_QUEUED });
      lanes.set(key, lane);
    }
    const own = lane;
    try {
      await own.acquire({ waitMs: WAIT_MS });
    } catch (error) {
      throw error instanceof NoPermit ? busy() : error;
    }
    return () => {
      own.release();
      if (own.inUse === 0) lanes.delete(key);
    };
  };
}

const busy = (): Problem =>
  new Problem('overloaded', 'Too many attempts at the same time; try again', {
    headers: { 'Retry-After': '1' },
    reason: 'too many attempts in progress',
  });
