import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { deadline } from '../../../src/upstream/engine/layers/deadline.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('rejects an attempt that never settles at the deadline, and cancels it', async () => {
  const { call, requests } = deferredCall<number, string>();
  const rejection = expect(
    deadline<number, string>('identity')(call)(1, aCaller(300)),
  ).rejects.toMatchObject({
    kind: 'timeout',
  });
  await jest.advanceTimersByTimeAsync(301);
  await rejection;
  expect(requests[0]!.caller.cancellation.cancelled).toBe(true);
});

test('rejects the attempt of a cancelled caller as left, not as timed out', async () => {
  const { call } = deferredCall<number, string>();
  const caller = aCaller();
  const waiting = deadline<number, string>('identity')(call)(1, caller);
  const rejection = expect(waiting).rejects.toMatchObject({ kind: 'left' });
  caller.cancellation.cancel('left');
  await jest.advanceTimersByTimeAsync(0);
  await rejection;
});

test('passes on the more precise failure of an attempt that reports why its time ran out', async () => {
  const caller = aCaller(300);
  const attempt = deadline<number, string>('identity')(
    (_request, { cancellation }) =>
      new Promise((_resolve, reject) => {
        cancellation.onCancel(() => reject(failure('connect-timeout')));
      }),
  )(1, caller);
  const rejection = expect(attempt).rejects.toMatchObject({ kind: 'connect-timeout' });
  await jest.advanceTimersByTimeAsync(301);
  await rejection;
});

test('leaves no timer behind after a reply in time', async () => {
  const { call, requests } = deferredCall<number, string>();
  const waiting = deadline<number, string>('identity')(call)(1, aCaller(300));
  requests[0]!.answer('cat');
  await waiting;
  await jest.advanceTimersByTimeAsync(0);
  expect(jest.getTimerCount()).toBe(0);
});
