// At most as many attempts at once as there are connections, so that the pool's own queue, which knows no bound and
// no abort, stays empty. Waiting counts against the deadline; a refusal here is not the upstream's failure.
import type { Caller, Layer } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

export interface PermitsOptions {
  readonly upstream: UpstreamName;
  readonly maxConcurrent: number;
  readonly maxQueued: number;
  readonly onRejected: () => void;
}

// Who waited has at least as much time left for the attempt: otherwise our own queue would look like a slow upstream.
const WAITING_SHARE = 0.5;

interface Permits {
  /** @returns undefined when there is a place now; else a promise of one, which rejects when the caller cannot wait */
  acquire(caller: Caller): Promise<void> | undefined;
  release(): void;
}

/** One for each upstream, shared by its calls. */
export function createPermits({
  upstream,
  maxConcurrent,
  maxQueued,
  onRejected,
}: PermitsOptions): Permits {
  let inUse = 0;
  const queue = new Set<() => void>();

  const wait = (caller: Caller): Promise<void> =>
    new Promise((resolve, reject) => {
      const giveUp = (kind: 'busy' | 'left') => (): void => {
        queue.delete(enter);
        clearTimeout(timer);
        stopListening();
        if (kind === 'busy') onRejected();
        reject(new UpstreamFailure(upstream, kind));
      };
      const enter = (): void => {
        clearTimeout(timer);
        stopListening();
        resolve();
      };
      const budget = Math.max(0, caller.deadlineAt - performance.now());
      const timer = setTimeout(giveUp('busy'), WAITING_SHARE * budget);
      queue.add(enter);
      const stopListening = caller.cancellation.onCancel(() => giveUp('left')());
    });

  return {
    acquire(caller) {
      if (caller.cancellation.cancelled)
        return Promise.reject(new UpstreamFailure(upstream, 'left'));
      // What goes out without any time would look like an upstream that is too slow.
      if (caller.deadlineAt <= performance.now()) {
        onRejected();
        return Promise.reject(new UpstreamFailure(upstream, 'busy'));
      }
      if (inUse < maxConcurrent) {
        inUse += 1;
        return undefined;
      }
      if (queue.size < maxQueued) return wait(caller);
      onRejected();
      return Promise.reject(new UpstreamFailure(upstream, 'busy'));
    },
    release() {
      const [next] = queue;
      if (next === undefined) inUse -= 1;
      else {
        // The place passes on; it is never free in between.
        queue.delete(next);
        next();
      }
    },
  };
}

export const bulkhead =
  <Q, T>(permits: Permits): Layer<Q, T> =>
  (inner) =>
  async (request, caller) => {
    await permits.acquire(caller);
    try {
      return await inner(request, caller);
    } finally {
      permits.release();
    }
  };
