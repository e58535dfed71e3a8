// The border between one caller's remainingMs and a shared that several share: equal requests at once are asked once,
// a caller that leaves ends only its own waiting, and the shared is given up when the last of them has left.
import { Cancellation, type Call, type Caller, type Layer, type Reply } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

/** One request on its way. */
export interface InFlight<T> {
  readonly reply: Promise<Reply<T>>;
  readonly deadlineAt: number;
  readonly cancellation: Cancellation;
  /** By so much less remainingMs than the shared has nobody needs a timer of their own, in milliseconds. */
  readonly toleranceMs: number;
  waiters: number;
}

// As a share where the budget is small: whoever waits for a part of it only must not wait for all of it.
const TOLERANCE_MS = 20;
const TOLERANCE_SHARE = 0.05;

/** What is in the air, by its key. Whoever takes one out of it lets nobody join that one any more. */
export type InFlightRequests<T> = Map<number | string, InFlight<T>>;

export interface CoalesceOptions<Q, T> {
  readonly upstream: UpstreamName;
  /** Everything that changes the answer. Only public requests may be shared. */
  readonly keyOf: (request: Q) => number | string;
  /** A flight's own budget in milliseconds: it must not depend on who happened to be first. */
  readonly limitMs: number;
  readonly inFlight?: InFlightRequests<T>;
}

export const coalesce =
  <Q, T>({ upstream, keyOf, limitMs, inFlight = new Map() }: CoalesceOptions<Q, T>): Layer<Q, T> =>
  (inner) => {
    return (request, caller) => {
      const key = keyOf(request);
      const known = inFlight.get(key);
      const shared = known ?? start(inner, request, caller, limitMs);
      if (known === undefined) {
        inFlight.set(key, shared);
        const remove = (): void => {
          if (inFlight.get(key) === shared) inFlight.delete(key);
        };
        shared.reply.then(remove, remove);
        shared.cancellation.onCancel(remove);
      }
      return wait(shared, caller, upstream, known !== undefined);
    };
  };

function start<Q, T>(inner: Call<Q, T>, request: Q, caller: Caller, limitMs: number): InFlight<T> {
  const cancellation = new Cancellation();
  const deadlineAt = performance.now() + limitMs;
  return {
    reply: inner(request, { ...caller, deadlineAt, cancellation }),
    deadlineAt,
    cancellation,
    toleranceMs: Math.min(TOLERANCE_MS, limitMs * TOLERANCE_SHARE),
    waiters: 0,
  };
}

/** One caller's waiting: it ends with the shared, at the caller's deadline, or when the caller leaves. */
function wait<T>(
  shared: InFlight<T>,
  caller: Caller,
  upstream: UpstreamName,
  joined: boolean,
): Promise<Reply<T>> {
  shared.waiters += 1;
  return new Promise((resolve, reject) => {
    let over = false;
    let timer: NodeJS.Timeout | undefined;
    let stopListening: (() => void) | undefined;
    const end = (then: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      stopListening?.();
      shared.waiters -= 1;
      then();
    };

    stopListening = caller.cancellation.onCancel(() =>
      end(() => {
        if (shared.waiters === 0) shared.cancellation.cancel('left');
        reject(new UpstreamFailure(upstream, 'left'));
      }),
    );
    // The shared ends by itself at its own deadline; a timer is needed only for clearly less remainingMs than that.
    if (!over && caller.deadlineAt + shared.toleranceMs < shared.deadlineAt) {
      const remainingMs = Math.max(0, caller.deadlineAt - performance.now());
      timer = setTimeout(
        () => end(() => reject(new UpstreamFailure(upstream, 'timeout'))),
        remainingMs,
      );
    }
    shared.reply.then(
      (reply) =>
        end(() =>
          resolve(joined ? { value: reply.value, via: { kind: 'miss', collapsed: true } } : reply),
        ),
      (error: Error) => end(() => reject(error)),
    );
  });
}
