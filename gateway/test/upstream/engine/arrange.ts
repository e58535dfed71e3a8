// Shared by the tests of the layers: a caller, replies and failures, and a call whose requests the test answers.
import {
  Cancellation,
  type Call,
  type Caller,
  type Reply,
} from '../../../src/upstream/engine/call.ts';
import { UpstreamFailure, type FailureKind } from '../../../src/upstream/engine/failure.ts';

/** Makes a caller that waits for `budgetMs` from now. */
export const aCaller = (budgetMs = 1000): Caller => ({
  requestId: 'request-1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  deadlineAt: performance.now() + budgetMs,
  cancellation: new Cancellation(),
});

export const answer = <T>(value: T): Reply<T> => ({
  value,
  via: { kind: 'miss', collapsed: false },
});

export const failure = (kind: FailureKind): UpstreamFailure =>
  new UpstreamFailure('identity', kind);

export interface PendingRequest<Q, T> {
  readonly request: Q;
  readonly caller: Caller;
  readonly answer: (value: T) => void;
  readonly fail: (error: unknown) => void;
}

/** Makes a call that records its requests. Each stays pending until the test answers it or lets it fail. */
export function deferredCall<Q, T>(): {
  readonly call: Call<Q, T>;
  readonly requests: PendingRequest<Q, T>[];
} {
  const requests: PendingRequest<Q, T>[] = [];
  return {
    requests,
    call: (request, caller) =>
      new Promise((resolve, reject) => {
        requests.push({ request, caller, answer: (value) => resolve(answer(value)), fail: reject });
      }),
  };
}

/** Waits until all work that waits for no timer and no request has run. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
