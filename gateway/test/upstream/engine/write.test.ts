// Writes: they run to their end, and a lost answer is no answer.
import { expect, test } from '@jest/globals';
import {
  failureKinds,
  type FailureKind,
  UpstreamFailure,
} from '../../../src/upstream/engine/failure.ts';
import { write } from '../../../src/upstream/engine/layers/write.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

function arrange() {
  const { call, asked } = deferredCall<number, string>();
  return { asked, call: write<number, string>()(call) };
}

test('what was done is given back as it is', async () => {
  const { call, asked } = arrange();
  const writing = call(1, aCaller());
  asked[0]!.answer('cat');
  expect((await writing).value).toBe('cat');
});

test('a client that hangs up does not stop it: whoever remembers has to hear of its end', async () => {
  const { call, asked } = arrange();
  const caller = aCaller();
  const writing = call(1, caller);
  caller.cancellation.cancel('left');
  expect(asked[0]!.caller.cancellation.cancelled).toBe(false);
  asked[0]!.answer('cat');
  expect((await writing).value).toBe('cat');
});

test('one that had hung up before does not stop it either, and all share its deadline and ids', () => {
  const { call, asked } = arrange();
  const caller = aCaller();
  caller.cancellation.cancel('left');
  void call(1, caller);
  const { cancellation, ...rest } = asked[0]!.caller;
  expect(cancellation.cancelled).toBe(false);
  expect(rest).toEqual({
    requestId: caller.requestId,
    traceparent: caller.traceparent,
    deadlineAt: caller.deadlineAt,
  });
});

const LOST = new Set<FailureKind>([
  'timeout',
  'terminated',
  'incomplete',
  'too-large',
  'headers-too-large',
  'protocol',
  'encoding',
  'nonsense',
]);

test.each(Object.keys(failureKinds) as FailureKind[])(
  'an end as %s: is it known?',
  async (kind) => {
    const { call, asked } = arrange();
    const writing = call(1, aCaller());
    asked[0]!.fail(failure(kind));
    await expect(writing).rejects.toMatchObject({ kind, uncertain: LOST.has(kind) });
  },
);

test('a lost answer keeps what is known of it', async () => {
  const { call, asked } = arrange();
  const writing = call(1, aCaller());
  const cause = new Error('reset');
  asked[0]!.fail(new UpstreamFailure('social', 'incomplete', { status: 201, cause }));
  await expect(writing).rejects.toMatchObject({
    upstream: 'social',
    receivedStatus: 201,
    cause,
    uncertain: true,
  });
});

test('a bug is a bug', async () => {
  const { call, asked } = arrange();
  const writing = call(1, aCaller());
  asked[0]!.fail(new TypeError('a bug'));
  await expect(writing).rejects.toThrow(TypeError);
});
