import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { coalesce } from '../../../src/upstream/engine/layers/coalesce.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function arrange(limitMs = 1000) {
  const { call, asked } = deferredCall<number, string>();
  return {
    asked,
    call: coalesce<number, string>({ upstream: 'identity', keyOf: (id) => id, limitMs })(call),
  };
}

test('equal requests at once are asked once, and those who joined are told so', async () => {
  const { call, asked } = arrange();
  const first = call(1, aCaller());
  const second = call(1, aCaller());
  asked[0]!.answer('cat');
  expect(await first).toEqual({ value: 'cat', via: { kind: 'miss', collapsed: false } });
  expect(await second).toEqual({ value: 'cat', via: { kind: 'miss', collapsed: true } });
  expect(asked).toHaveLength(1);
});

test('a request after the answer is a new one', async () => {
  const { call, asked } = arrange();
  const first = call(1, aCaller());
  asked[0]!.answer('cat');
  await first;
  void call(1, aCaller());
  expect(asked).toHaveLength(2);
});

test('after a failure the next request is a new one', async () => {
  const { call, asked } = arrange();
  const first = call(1, aCaller());
  asked[0]!.fail(failure('refused'));
  await expect(first).rejects.toMatchObject({ kind: 'refused' });
  void call(1, aCaller()).catch(() => undefined);
  expect(asked).toHaveLength(2);
});

test('a caller that leaves ends its own waiting only; the flight lands for the others', async () => {
  const { call, asked } = arrange();
  const leaver = aCaller();
  const left = call(1, leaver);
  const stays = call(1, aCaller());
  leaver.cancellation.cancel('left');
  await expect(left).rejects.toMatchObject({ kind: 'left' });
  expect(asked[0]!.caller.cancellation.cancelled).toBe(false);
  asked[0]!.answer('cat');
  expect((await stays).value).toBe('cat');
});

test('when the last caller has left, the flight is given up, and the next request takes off anew', async () => {
  const { call, asked } = arrange();
  const callers = [aCaller(), aCaller()];
  const waiting = callers.map((caller) => call(1, caller));
  for (const caller of callers) caller.cancellation.cancel('left');
  await expect(Promise.all(waiting)).rejects.toMatchObject({ kind: 'left' });
  await expect(waiting[1]).rejects.toMatchObject({ kind: 'left' });
  expect(asked[0]!.caller.cancellation.cancelled).toBe(true);
  void call(1, aCaller()).catch(() => undefined);
  expect(asked).toHaveLength(2);
});

test('a caller that has left before it asks does not keep a flight in the air', async () => {
  const { call, asked } = arrange();
  const gone = aCaller();
  gone.cancellation.cancel('left');
  await expect(call(1, gone)).rejects.toMatchObject({ kind: 'left' });
  expect(asked[0]!.caller.cancellation.cancelled).toBe(true);
});

test('a caller with less patience than the flight stops waiting at its own deadline; the flight goes on', async () => {
  const { call, asked } = arrange();
  const impatient = call(1, aCaller(100));
  const told = expect(impatient).rejects.toMatchObject({ kind: 'timeout' });
  await jest.advanceTimersByTimeAsync(100);
  await told;
  expect(asked[0]!.caller.cancellation.cancelled).toBe(false);
});

test('of a small budget, too: a sixth less patience is less', async () => {
  const { call } = arrange(60);
  const told = expect(call(1, aCaller(50))).rejects.toMatchObject({ kind: 'timeout' });
  await jest.advanceTimersByTimeAsync(50);
  await told;
});

test('the budget of a flight does not depend on who came first', () => {
  const { call, asked } = arrange();
  void call(1, aCaller(10)).catch(() => undefined);
  expect(asked[0]!.caller.deadlineAt).toBe(performance.now() + 1000);
});
