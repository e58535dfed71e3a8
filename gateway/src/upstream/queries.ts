// Questions whose answers are not remembered: public ones, such as pages and counts, and what depends on who asks.
import { stack, type Call, type Layer } from './engine/call.ts';
import { coalesce, type Flights } from './engine/layers/coalesce.ts';
import { measure } from './engine/layers/measure.ts';
import type { Observer } from './engine/observer.ts';
import type { Upstream } from './upstream.ts';
import type { Operation } from './engine/endpoint.ts';

export interface Renewable {
  /** Something was written that it may be about: whatever is asked from now on joins nothing that was asked before. */
  renew(): void;
}

/** A public question. */
export interface Question<Q, T> extends Renewable {
  readonly call: Call<Q, T>;
}

const timed = <Q, T>(operation: { readonly name: string }, observer: Observer): Layer<Q, T> =>
  measure((outcome, seconds) => observer.call(operation.name, outcome, seconds));

/** Equal ones at once are asked once. Public ones only: two viewers would get the same answer. */
export function createQuestion<Q, T>(
  upstream: Upstream,
  operation: Operation<Q, T>,
  keyOf: (question: Q) => string | number,
  limitMs: number,
  observer: Observer,
): Question<Q, T> {
  const flights: Flights<T> = new Map();
  const shared: Layer<Q, T> = coalesce({ upstream: upstream.name, keyOf, limitMs, flights });
  return {
    call: stack([timed(operation, observer), shared], upstream.ask(operation)),
    renew: () => flights.clear(),
  };
}

/** What depends on who asks: nothing of it is shared. */
export const createPrivateQuestion = <Q, T>(
  upstream: Upstream,
  operation: Operation<Q, T>,
  observer: Observer,
): Call<Q, T> => stack([timed(operation, observer)], upstream.ask(operation));

/** Something to be done. Its answer is the upstream's own; a failure says whether it may have been done. */
export const createCommand = <Q, T>(
  upstream: Upstream,
  operation: Operation<Q, T>,
  observer: Observer,
): Call<Q, T> => stack([timed(operation, observer)], upstream.tell(operation));
