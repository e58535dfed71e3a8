import { expect, jest, test } from '@jest/globals';
import { batch } from '../../../src/upstream/engine/layers/batch.ts';
import { aCaller, deferredCall, failure, settle } from './arrange.ts';

function arrange(maxIds = 100) {
  const { call, requests } = deferredCall<readonly number[], ReadonlyMap<number, string>>();
  const onBatch = jest.fn();
  return { requests, onBatch, call: batch(call, { upstream: 'identity', maxIds, onBatch }) };
}

test('sends the requests of one turn as one batch and gives each caller its own value', async () => {
  const { call, requests, onBatch } = arrange();
  const answers = [1, 2, 3].map((id) => call(id, aCaller()));
  await settle();
  expect(requests.map(({ request }) => request)).toEqual([[1, 2, 3]]);
  requests[0]!.answer(
    new Map([
      [1, 'cat'],
      [3, 'sun'],
    ]),
  );
  expect((await Promise.all(answers)).map(({ value }) => value)).toEqual(['cat', undefined, 'sun']);
  expect(onBatch).toHaveBeenCalledWith(3);
});

test('splits a batch that has more ids than the upstream takes', async () => {
  const { call, requests } = arrange(2);
  for (const id of [1, 2, 3]) void call(id, aCaller());
  await settle();
  expect(requests.map(({ request }) => request)).toEqual([[1, 2], [3]]);
});

test('leaves out a caller that is cancelled before the batch is sent, and rejects its call as left', async () => {
  const { call, requests } = arrange();
  const cancelled = aCaller();
  const asking = call(1, cancelled);
  void call(2, aCaller());
  cancelled.cancellation.cancel('left');
  await expect(asking).rejects.toMatchObject({ kind: 'left' });
  await settle();
  expect(requests.map(({ request }) => request)).toEqual([[2]]);
});

test('cancels a batch only when all its callers are cancelled', async () => {
  const { call, requests } = arrange();
  const callers = [aCaller(), aCaller()];
  callers.forEach((caller, id) => void call(id, caller));
  await settle();
  callers[0]!.cancellation.cancel('left');
  expect(requests[0]!.caller.cancellation.cancelled).toBe(false);
  callers[1]!.cancellation.cancel('left');
  expect(requests[0]!.caller.cancellation.cancelled).toBe(true);
});

test('gives a batch the earliest deadline of its callers', async () => {
  const { call, requests } = arrange();
  const short = aCaller(50);
  void call(1, aCaller(500));
  void call(2, short);
  await settle();
  expect(requests[0]!.caller.deadlineAt).toBe(short.deadlineAt);
});

test.each(['nonsense', 'too-large'] as const)(
  'requests each id alone when the response to a batch is %s, so that one bad item spoils no other',
  async (kind) => {
    const { call, requests } = arrange();
    const [good, bad] = [call(1, aCaller()), call(2, aCaller())];
    await settle();
    requests[0]!.fail(failure(kind));
    await settle();
    expect(requests.slice(1).map(({ request }) => request)).toEqual([[1], [2]]);
    requests[1]!.answer(new Map([[1, 'cat']]));
    requests[2]!.fail(failure(kind));
    expect((await good).value).toBe('cat');
    await expect(bad).rejects.toMatchObject({ kind });
  },
);

test('finds one bad item in a hundred by halving, in fewer than 20 requests', async () => {
  const { call, requests } = arrange();
  const answers = Promise.allSettled(Array.from({ length: 100 }, (_, id) => call(id, aCaller())));
  let settled = 0;
  while (settled < requests.length || settled === 0) {
    await settle();
    for (; settled < requests.length; settled += 1) {
      const { request, answer, fail } = requests[settled]!;
      if (request.includes(13)) fail(failure('nonsense'));
      else answer(new Map(request.map((id) => [id, `user ${id}`])));
    }
    await settle();
  }
  expect((await answers).flatMap(({ status }, id) => (status === 'rejected' ? [id] : []))).toEqual([
    13,
  ]);
  expect(requests.length).toBeLessThan(20);
});

test('rejects all callers after any other failure, without a second request', async () => {
  const { call, requests } = arrange();
  const answers = [1, 2].map((id) => call(id, aCaller()));
  await settle();
  requests[0]!.fail(failure('timeout'));
  for (const waiting of answers) await expect(waiting).rejects.toMatchObject({ kind: 'timeout' });
  expect(requests).toHaveLength(1);
});
