// At most as many attempts at once as there are connections, so that the pool's own queue, which knows no bound and
// no abort, stays empty. Waiting counts against the deadline; a refusal here is not the upstream's failure.
import type { Caller, Layer } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

export interface BulkheadOptions {
  readonly upstream: UpstreamName;
  readonly maxAtOnce: number;
  readonly maxWaiting: number;
  readonly onRefused: () => void;
}

// Who waited has at least as much time left for the attempt: otherwise our own queue would look like a slow upstream.
const WAITING_SHARE = 0.5;

interface Places {
  /** @returns undefined when there is a place now; else a promise of one, which rejects when the caller cannot wait */
  enter(caller: Caller): Promise<void> | undefined;
  leave(): void;
}

/** One for each upstream, shared by its calls. */
export function createPlaces({
  upstream,
  maxAtOnce,
  maxWaiting,
  onRefused,
}: BulkheadOptions): Places {
  let taken = 0;
  const queue = new Set<() => void>();

  const wait = (caller: Caller): Promise<void> =>
    new Promise((resolve, reject) => {
      const giveUp = (kind: 'busy' | 'left') => (): void => {
        queue.delete(enter);
        clearTimeout(timer);
        stopListening();
        if (kind === 'busy') onRefused();
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
      const stopListening = caller.presence.onLeave(() => giveUp('left')());
    });

  return {
    enter(caller) {
      if (caller.presence.left) return Promise.reject(new UpstreamFailure(upstream, 'left'));
      // What goes out without any time would look like an upstream that is too slow.
      if (caller.deadlineAt <= performance.now()) {
        onRefused();
        return Promise.reject(new UpstreamFailure(upstream, 'busy'));
      }
      if (taken < maxAtOnce) {
        taken += 1;
        return undefined;
      }
      if (queue.size < maxWaiting) return wait(caller);
      onRefused();
      return Promise.reject(new UpstreamFailure(upstream, 'busy'));
    },
    leave() {
      const [next] = queue;
      if (next === undefined) taken -= 1;
      else {
        // The place passes on; it is never free in between.
        queue.delete(next);
        next();
      }
    },
  };
}

export const bulkhead =
  <Q, T>(places: Places): Layer<Q, T> =>
  (inner) =>
  async (question, caller) => {
    await places.enter(caller);
    try {
      return await inner(question, caller);
    } finally {
      places.leave();
    }
  };
