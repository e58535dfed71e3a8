// Writes run to their end, and the outcome of a write without a readable response is unknown.
import { expect, test } from '@jest/globals';
import {
  failureKinds,
  type FailureKind,
  UpstreamFailure,
} from '../../../src/upstream/engine/failure.ts';
import { write } from '../../../src/upstream/engine/layers/write.ts';
import { aCaller, deferredCall, failure } from './arrange.ts';

function arrange() {
  const { call, requests } = deferredCall<number, string>();
  return { requests, call: write<number, string>()(call) };
}

test('returns the reply of a successful write', async () => {
  const { call, requests } = arrange();
  const writing = call(1, aCaller());
  requests[0]!.answer('cat');
  expect((await writing).value).toBe('cat');
});

test('does not cancel a write when its client disconnects: the caches need its outcome', async () => {
  const { call, requests } = arrange();
  const caller = aCaller();
  const writing = call(1, caller);
  caller.cancellation.cancel('left');
  expect(requests[0]!.caller.cancellation.cancelled).toBe(false);
  requests[0]!.answer('cat');
  expect((await writing).value).toBe('cat');
});

test('sends a write of a caller that is cancelled already, with the caller’s deadline and ids', () => {
  const { call, requests } = arrange();
  const caller = aCaller();
  caller.cancellation.cancel('left');
  void call(1, caller);
  const { cancellation, ...rest } = requests[0]!.caller;
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
  'marks the outcome of a write that failed as %s as uncertain only when it may have been done',
  async (kind) => {
    const { call, requests } = arrange();
    const writing = call(1, aCaller());
    requests[0]!.fail(failure(kind));
    await expect(writing).rejects.toMatchObject({ kind, uncertain: LOST.has(kind) });
  },
);

test('keeps the upstream, status and cause of a failure whose outcome is uncertain', async () => {
  const { call, requests } = arrange();
  const writing = call(1, aCaller());
  const cause = new Error('reset');
  requests[0]!.fail(new UpstreamFailure('social', 'incomplete', { status: 201, cause }));
  await expect(writing).rejects.toMatchObject({
    upstream: 'social',
    receivedStatus: 201,
    cause,
    uncertain: true,
  });
});

test('rethrows a bug', async () => {
  const { call, requests } = arrange();
  const writing = call(1, aCaller());
  requests[0]!.fail(new TypeError('a bug'));
  await expect(writing).rejects.toThrow(TypeError);
});
