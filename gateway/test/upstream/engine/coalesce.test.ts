import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { coalesce } from '../../../src/upstream/engine/layers/coalesce.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function arrange(limitMs = 1000) {
  const { call, requests } = deferredCall<number, string>();
  return {
    requests,
    call: coalesce<number, string>({ upstream: 'identity', keyOf: (id) => id, limitMs })(call),
  };
}

test('sends equal concurrent requests once, and marks the replies of the callers that joined', async () => {
  const { call, requests } = arrange();
  const first = call(1, aCaller());
  const second = call(1, aCaller());
  requests[0]!.answer('cat');
  expect(await first).toEqual({ value: 'cat', via: { kind: 'miss', collapsed: false } });
  expect(await second).toEqual({ value: 'cat', via: { kind: 'miss', collapsed: true } });
  expect(requests).toHaveLength(1);
});

test('sends a new request after the reply', async () => {
  const { call, requests } = arrange();
  const first = call(1, aCaller());
  requests[0]!.answer('cat');
  await first;
  void call(1, aCaller());
  expect(requests).toHaveLength(2);
});

test('sends a new request after a failure', async () => {
  const { call, requests } = arrange();
  const first = call(1, aCaller());
  requests[0]!.fail(failure('refused'));
  await expect(first).rejects.toMatchObject({ kind: 'refused' });
  void call(1, aCaller()).catch(() => undefined);
  expect(requests).toHaveLength(2);
});

test('rejects only the caller that is cancelled; the others get the reply of the shared request', async () => {
  const { call, requests } = arrange();
  const cancelled = aCaller();
  const rejected = call(1, cancelled);
  const waiting = call(1, aCaller());
  cancelled.cancellation.cancel('left');
  await expect(rejected).rejects.toMatchObject({ kind: 'left' });
  expect(requests[0]!.caller.cancellation.cancelled).toBe(false);
  requests[0]!.answer('cat');
  expect((await waiting).value).toBe('cat');
});

test('cancels the shared request when its last caller is cancelled; the next caller starts a new one', async () => {
  const { call, requests } = arrange();
  const callers = [aCaller(), aCaller()];
  const waiting = callers.map((caller) => call(1, caller));
  for (const caller of callers) caller.cancellation.cancel('left');
  await expect(Promise.all(waiting)).rejects.toMatchObject({ kind: 'left' });
  await expect(waiting[1]).rejects.toMatchObject({ kind: 'left' });
  expect(requests[0]!.caller.cancellation.cancelled).toBe(true);
  void call(1, aCaller()).catch(() => undefined);
  expect(requests).toHaveLength(2);
});

test('cancels the shared request of a caller that was cancelled before its call', async () => {
  const { call, requests } = arrange();
  const cancelled = aCaller();
  cancelled.cancellation.cancel('left');
  await expect(call(1, cancelled)).rejects.toMatchObject({ kind: 'left' });
  expect(requests[0]!.caller.cancellation.cancelled).toBe(true);
});

test('rejects a caller at its own earlier deadline; the shared request continues', async () => {
  const { call, requests } = arrange();
  const early = call(1, aCaller(100));
  const rejection = expect(early).rejects.toMatchObject({ kind: 'timeout' });
  await jest.advanceTimersByTimeAsync(100);
  await rejection;
  expect(requests[0]!.caller.cancellation.cancelled).toBe(false);
});

test('rejects a caller at its own deadline also when that is only 10 ms before a shared deadline of 60 ms', async () => {
  const { call } = arrange(60);
  const rejection = expect(call(1, aCaller(50))).rejects.toMatchObject({ kind: 'timeout' });
  await jest.advanceTimersByTimeAsync(50);
  await rejection;
});

test('gives the shared request its own budget, whatever the deadline of its first caller', () => {
  const { call, requests } = arrange();
  void call(1, aCaller(10)).catch(() => undefined);
  expect(requests[0]!.caller.deadlineAt).toBe(performance.now() + 1000);
});
