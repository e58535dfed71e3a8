// What the tests of the layers share: a caller, and a call that answers when the test says so.
import {
  Cancellation,
  type Call,
  type Caller,
  type Reply,
} from '../../../src/upstream/engine/call.ts';
import { UpstreamFailure, type FailureKind } from '../../../src/upstream/engine/failure.ts';

export const aCaller = (patienceMs = 1000): Caller => ({
  requestId: 'request-1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  deadlineAt: performance.now() + patienceMs,
  cancellation: new Cancellation(),
});

export const answer = <T>(value: T): Reply<T> => ({
  value,
  via: { kind: 'miss', collapsed: false },
});

export const failure = (kind: FailureKind): UpstreamFailure =>
  new UpstreamFailure('identity', kind);

export interface Asked<Q, T> {
  readonly request: Q;
  readonly caller: Caller;
  readonly answer: (value: T) => void;
  readonly fail: (error: unknown) => void;
}

/** A call that remembers what it was asked and answers by hand. */
export function deferredCall<Q, T>(): { readonly call: Call<Q, T>; readonly asked: Asked<Q, T>[] } {
  const asked: Asked<Q, T>[] = [];
  return {
    asked,
    call: (request, caller) =>
      new Promise((resolve, reject) => {
        asked.push({ request, caller, answer: (value) => resolve(answer(value)), fail: reject });
      }),
  };
}

/** Lets everything happen that waits for nothing but its turn. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
