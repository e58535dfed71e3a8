import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { deadline } from '../../../src/upstream/engine/layers/deadline.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('an attempt that never settles is settled at the deadline, and told to stop', async () => {
  const { call, asked } = deferredCall<number, string>();
  const told = expect(
    deadline<number, string>('identity')(call)(1, aCaller(300)),
  ).rejects.toMatchObject({
    kind: 'timeout',
  });
  await jest.advanceTimersByTimeAsync(301);
  await told;
  expect(asked[0]!.caller.cancellation.cancelled).toBe(true);
});

test('a caller that leaves ends its attempt as left, not as timed out', async () => {
  const { call } = deferredCall<number, string>();
  const caller = aCaller();
  const waiting = deadline<number, string>('identity')(call)(1, caller);
  const told = expect(waiting).rejects.toMatchObject({ kind: 'left' });
  caller.cancellation.cancel('left');
  await jest.advanceTimersByTimeAsync(0);
  await told;
});

test('an attempt that knows what its time was spent on tells so', async () => {
  const caller = aCaller(300);
  const connecting = deadline<number, string>('identity')(
    (_question, { cancellation }) =>
      new Promise((_resolve, reject) => {
        cancellation.onCancel(() => reject(failure('connect-timeout')));
      }),
  )(1, caller);
  const told = expect(connecting).rejects.toMatchObject({ kind: 'connect-timeout' });
  await jest.advanceTimersByTimeAsync(301);
  await told;
});

test('an answer in time leaves no timer behind', async () => {
  const { call, asked } = deferredCall<number, string>();
  const waiting = deadline<number, string>('identity')(call)(1, aCaller(300));
  asked[0]!.answer('cat');
  await waiting;
  await jest.advanceTimersByTimeAsync(0);
  expect(jest.getTimerCount()).toBe(0);
});
