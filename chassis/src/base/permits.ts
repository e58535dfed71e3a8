// A semaphore with a bounded queue: a number of tasks at once, and a number that wait for their turn.

/** Why a caller got no permit. */
export type NoPermitReason = 'queue-full' | 'too-late' | 'cancelled';

export class NoPermit extends Error {
  override readonly name = 'NoPermit';
  readonly reason: NoPermitReason;

  constructor(reason: NoPermitReason) {
    super(reason);
    this.reason = reason;
  }
}

/** How long a caller waits in the queue. */
export interface Patience {
  /** In milliseconds; without it, as long as it takes. */
  readonly waitMs?: number;
  /** Calls the listener when the caller no longer waits; returns a function that removes the listener. */
  readonly onCancel?: (listener: () => void) => () => void;
}

export interface Permits {
  /** How many are in use. */
  readonly inUse: number;
  /** How many callers wait. */
  readonly queued: number;
  /**
   * Takes a permit.
   * @returns undefined when one is free; else a promise, which rejects with NoPermit
   * @throws NoPermit when the queue is full
   */
  acquire(patience: Patience): Promise<void> | undefined;
  /** Gives a permit back: to the caller that has waited longest. */
  release(): void;
}

export function createPermits({
  maxConcurrent,
  maxQueued,
}: {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}): Permits {
  let inUse = 0;
  const queue = new Set<() => void>();

  const wait = ({ waitMs, onCancel }: Patience): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.delete(enter);
        clearTimeout(timer);
        removeListener?.();
      };
      const giveUp = (reason: NoPermitReason): void => {
        leave();
        reject(new NoPermit(reason));
      };
      const enter = (): void => {
        leave();
        resolve();
      };
      const timer = waitMs === undefined ? undefined : setTimeout(giveUp, waitMs, 'too-late');
      queue.add(enter);
      const removeListener = onCancel?.(() => giveUp('cancelled'));
    });

  return {
    get inUse() {
      return inUse;
    },
    get queued() {
      return queue.size;
    },
    acquire(patience) {
      if (inUse < maxConcurrent) {
        inUse += 1;
        return undefined;
      }
      if (queue.size >= maxQueued) throw new NoPermit('queue-full');
      return wait(patience);
    },
    release() {
      const [next] = queue;
      // The permit passes on directly, so no later caller can overtake the queue.
      if (next === undefined) inUse -= 1;
      else next();
    },
  };
}
