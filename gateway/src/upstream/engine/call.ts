// The one type that everything towards an upstream has: a call, and layers around it.
import type { UpstreamFailure } from './failure.ts';

/** Why nobody waits any longer: they went away, or their time is over. */
export type CancelReason = 'left' | 'timeout';

/** Whether somebody still waits for an answer. Cheaper than an AbortSignal, which would cost a fifth of a request. */
export class Cancellation {
  #reason: CancelReason | undefined;
  #listeners: Set<(why: CancelReason) => void> | undefined;

  get cancelled(): boolean {
    return this.#reason !== undefined;
  }

  /** Says that nobody waits any longer; every listener hears it once. */
  cancel(why: CancelReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = why;
    for (const listener of this.#listeners ?? []) listener(why);
    this.#listeners = undefined;
  }

  /** @returns a function that takes the listener off again; call it once the answer is there */
  onCancel(listener: (why: CancelReason) => void): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return () => undefined;
    }
    (this.#listeners ??= new Set()).add(listener);
    return () => this.#listeners?.delete(listener);
  }
}

/** Who asks: a client's request, or a flight that several of them share. */
export interface Caller {
  readonly requestId: string;
  readonly traceparent: string;
  /** On performance.now()'s clock, in milliseconds: after it nobody waits any longer. */
  readonly deadlineAt: number;
  readonly cancellation: Cancellation;
}

/** Where an answer came from. */
export type Via =
  | { readonly kind: 'hit'; readonly ttlMs: number }
  | { readonly kind: 'miss'; readonly collapsed: boolean }
  /** Too old to be fresh, but the upstream could not be asked, or failed. */
  | { readonly kind: 'stale'; readonly failure: UpstreamFailure }
  /** Social's own copy; with the failure of the rung above, or undefined where nobody else was to be asked. */
  | { readonly kind: 'replica'; readonly failure: UpstreamFailure | undefined }
  /** Nowhere: nobody could be asked, and nothing was remembered. A value, as throwing costs more than answering. */
  | { readonly kind: 'unavailable'; readonly failure: UpstreamFailure };

export interface Reply<T> {
  readonly value: T;
  readonly via: Via;
}

/** One request to one upstream. Rejects with an UpstreamFailure; anything else that it throws is a bug. */
export type Call<Q, T> = (request: Q, caller: Caller) => Promise<Reply<T>>;

/** A decorator of calls. */
export type Layer<Q, T> = (inner: Call<Q, T>) => Call<Q, T>;

/** Layers in the order in which a request meets them: the first is outermost. docs/layers.md says why in which order. */
export const stack = <Q, T>(layers: readonly Layer<Q, T>[], transport: Call<Q, T>): Call<Q, T> =>
  layers.reduceRight((inner, layer) => layer(inner), transport);

/** The same caller with at most `limitMs` from now. */
export const withDeadline = (caller: Caller, limitMs: number): Caller => ({
  ...caller,
  deadlineAt: Math.min(caller.deadlineAt, performance.now() + limitMs),
});
