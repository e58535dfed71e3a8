// Sends equal requests that are in flight at the same time once, and gives the reply to every caller.
import { Cancellation, type Call, type Caller, type Layer, type Reply } from '../call.ts';
import { UpstreamFailure, type UpstreamName } from '../failure.ts';

/** One shared request. */
export interface InFlight<T> {
  readonly reply: Promise<Reply<T>>;
  /** Of the first caller, whose trace has the request. */
  readonly traceparent: string;
  readonly deadlineAt: number;
  readonly cancellation: Cancellation;
  /** A caller whose deadline is less than this (ms) before the shared one gets no timer of its own. */
  readonly toleranceMs: number;
  waiters: number;
}

const TOLERANCE_MS = 20;
// A small budget allows less: a caller that reserved a part of it must not wait for the whole.
const TOLERANCE_SHARE = 0.05;

/** Requests in flight by key. Deleting an entry keeps later callers from joining that request. */
export type InFlightRequests<T> = Map<number | string, InFlight<T>>;

export interface CoalesceOptions<Q, T> {
  readonly upstream: UpstreamName;
  /** Holds everything that changes the response. Only public requests may be shared. */
  readonly keyOf: (request: Q) => number | string;
  /** The shared request's own budget in ms: it must not depend on which caller came first. */
  readonly limitMs: number;
  readonly inFlight?: InFlightRequests<T>;
}

/** Cancelling one caller does not cancel the shared request. It is cancelled when the last caller leaves. */
export const coalesce =
  <Q, T>({ upstream, keyOf, limitMs, inFlight = new Map() }: CoalesceOptions<Q, T>): Layer<Q, T> =>
  (inner) =>
    function coalesced(request, caller) {
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
      if (known !== undefined && caller.span !== undefined) {
        caller.span.event('coalesced');
        caller.span.link(known.traceparent);
      }
      return wait(shared, caller, upstream, known !== undefined);
    };

function start<Q, T>(inner: Call<Q, T>, request: Q, caller: Caller, limitMs: number): InFlight<T> {
  const cancellation = new Cancellation();
  const deadlineAt = performance.now() + limitMs;
  return {
    reply: inner(request, { ...caller, deadlineAt, cancellation }),
    traceparent: caller.traceparent,
    deadlineAt,
    cancellation,
    toleranceMs: Math.min(TOLERANCE_MS, limitMs * TOLERANCE_SHARE),
    waiters: 0,
  };
}

/** One caller's wait: it ends with the reply, at the caller's deadline, or when the caller is cancelled. */
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
    let removeListener: (() => void) | undefined;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      removeListener?.();
      shared.waiters -= 1;
      settle();
    };

    removeListener = caller.cancellation.onCancel(() =>
      end(() => {
        if (shared.waiters === 0) shared.cancellation.cancel('left');
        reject(new UpstreamFailure(upstream, 'left'));
      }),
    );
    // The shared request settles at its own deadline, so only a clearly earlier one needs a timer.
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
