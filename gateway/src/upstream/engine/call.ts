// The one type of everything on the way to an upstream: a call, and layers around it.
import { randomUUID } from 'node:crypto';
import { siblingOf, traceparentFrom, type TraceContext } from 'chassis/observability/trace';
import type { Span } from 'chassis/observability/span';
import type { UpstreamFailure } from './failure.ts';

/** Why a caller no longer waits: the client disconnected, or the deadline has passed. */
export type CancelReason = 'left' | 'timeout';

/**
 * Tells the work for a caller that the caller no longer waits. Like `AbortSignal`, but cheaper: an AbortSignal would
 * cost a fifth of a request.
 */
export class Cancellation {
  #reason: CancelReason | undefined;
  #listeners: Set<(reason: CancelReason) => void> | undefined;

  get cancelled(): boolean {
    return this.#reason !== undefined;
  }

  /** Calls every listener once; a second call does nothing. */
  cancel(reason: CancelReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of this.#listeners ?? []) listener(reason);
    this.#listeners = undefined;
  }

  /**
   * Calls the listener on cancellation; at once when that has happened already.
   * @returns a function that removes the listener; call it once the reply is there
   */
  onCancel(listener: (reason: CancelReason) => void): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return () => undefined;
    }
    (this.#listeners ??= new Set()).add(listener);
    return () => this.#listeners?.delete(listener);
  }
}

/** Who waits for the reply: a client's request, or a request that several of them share. */
export interface Caller extends TraceContext {
  readonly requestId: string;
  /** In milliseconds on performance.now()'s clock; after it the caller no longer waits. */
  readonly deadlineAt: number;
  readonly cancellation: Cancellation;
  /** How often the request was sent before; 0 when left out. */
  readonly resends?: number;
}

/** Where a value came from. */
export type Via =
  | { readonly kind: 'hit'; readonly ttlMs: number }
  | { readonly kind: 'miss'; readonly collapsed: boolean }
  /** The cached value, of this age, was too old to be fresh, but the upstream was unavailable or failed. */
  | { readonly kind: 'stale'; readonly failure: UpstreamFailure; readonly ageMs: number }
  /** Social's replica; with the failure of the rung above, undefined when there is no rung above. */
  | { readonly kind: 'replica'; readonly failure: UpstreamFailure | undefined }
  /** No value: the upstream failed, and nothing was cached. A value and not an exception, which would cost more. */
  | { readonly kind: 'unavailable'; readonly failure: UpstreamFailure };

export interface Reply<T> {
  readonly value: T;
  readonly via: Via;
}

/** One request to one upstream. Rejects with an UpstreamFailure; any other error is a bug. */
export type Call<Q, T> = (request: Q, caller: Caller) => Promise<Reply<T>>;

/** A decorator of calls. */
export type Layer<Q, T> = (inner: Call<Q, T>) => Call<Q, T>;

/** Wraps the transport in layers; the first layer is the outermost. docs/layers.md explains the order. */
export const stack = <Q, T>(layers: readonly Layer<Q, T>[], transport: Call<Q, T>): Call<Q, T> =>
  layers.reduceRight((inner, layer) => layer(inner), transport);

/** The same caller with at most `limitMs` from now on. */
export const withDeadline = (caller: Caller, limitMs: number): Caller => ({
  ...caller,
  deadlineAt: Math.min(caller.deadlineAt, performance.now() + limitMs),
});

/** The same caller inside a span. */
export const within = (caller: Caller, span: Span | undefined): Caller =>
  span === undefined ? caller : { ...caller, span, traceparent: span.traceparent };

/** The caller of a second attempt, whose span id is its own; a recorded attempt has its own in any case. */
export const asRetry = (caller: Caller): Caller => ({
  ...caller,
  traceparent: caller.span === undefined ? siblingOf(caller.traceparent) : caller.traceparent,
  resends: 1,
});

/**
 * The caller of a request that several callers share: its deadline is the earliest of all, it is cancelled when all of them
 * are, and it is in the trace of the first that is recorded.
 * @returns it, and a function to call once the request has settled
 */
export function sharedCaller(callers: readonly Caller[]): {
  readonly caller: Caller;
  readonly release: () => void;
} {
  const cancellation = new Cancellation();
  let waiting = callers.length;
  const removeListeners = callers.map((caller) =>
    caller.cancellation.onCancel(() => {
      waiting -= 1;
      if (waiting === 0) cancellation.cancel('left');
    }),
  );
  const deadlineAt = Math.min(...callers.map((caller) => caller.deadlineAt));
  const first = callers.find(({ span }) => span !== undefined) ?? callers[0]!;
  return {
    caller: { ...first, deadlineAt, cancellation },
    release() {
      for (const remove of removeListeners) remove();
    },
  };
}

/** A caller without a client: no request to be cancelled by. It waits for at most `limitMs`. */
export const backgroundCaller = (limitMs: number): Caller => ({
  requestId: randomUUID(),
  traceparent: traceparentFrom(undefined),
  deadlineAt: performance.now() + limitMs,
  cancellation: new Cancellation(),
});
