// A semaphore with a bounded queue: limits the tasks that run at once and the tasks that wait.

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

/** Limits of a caller's wait in the queue. */
export interface WaitOptions {
  /** The longest wait, in milliseconds; no limit when left out. */
  readonly waitMs?: number;
  /** Calls the listener when the caller is cancelled; returns a function that removes the listener. */
  readonly onCancel?: (listener: () => void) => () => void;
}

export interface Permits {
  /** Number of permits in use. */
  readonly inUse: number;
  /** Number of callers that wait. */
  readonly queued: number;
  /**
   * Takes a permit.
   * @returns undefined when a permit is free; otherwise a promise that resolves once the caller has a permit, or
   *   rejects with NoPermit
   * @throws NoPermit when the queue is full
   */
  acquire(options: WaitOptions): Promise<void> | undefined;
  /** Gives a permit back; the caller that has waited longest gets it. */
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

  const wait = ({ waitMs, onCancel }: WaitOptions): Promise<void> =>
    new Promise((resolve, reject) => {
      const stopWaiting = (): void => {
        queue.delete(grant);
        clearTimeout(timer);
        removeListener?.();
      };
      const giveUp = (reason: NoPermitReason): void => {
        stopWaiting();
        reject(new NoPermit(reason));
      };
      const grant = (): void => {
        stopWaiting();
        resolve();
      };
      const timer = waitMs === undefined ? undefined : setTimeout(giveUp, waitMs, 'too-late');
      queue.add(grant);
      // The listener may be called at once, when the caller is cancelled already.
      let removeListener: (() => void) | undefined;
      removeListener = onCancel?.(() => giveUp('cancelled'));
    });

  return {
    get inUse() {
      return inUse;
    },
    get queued() {
      return queue.size;
    },
    acquire(options) {
      if (inUse < maxConcurrent) {
        inUse += 1;
        return undefined;
      }
      if (queue.size >= maxQueued) throw new NoPermit('queue-full');
      return wait(options);
    },
    release() {
      const [next] = queue;
      // The permit goes directly to the next caller, so no later caller can overtake the queue.
      if (next === undefined) inUse -= 1;
      else next();
    },
  };
}
