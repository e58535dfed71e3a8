import { expect, jest, test } from '@jest/globals';
import { batch } from '../../../src/upstream/engine/layers/batch.ts';
import { aCaller, deferredCall, failure, settle } from './arrange.ts';

function arrange(maxIds = 100) {
  const { call, asked } = deferredCall<readonly number[], ReadonlyMap<number, string>>();
  const onBatch = jest.fn();
  return { asked, onBatch, call: batch(call, { upstream: 'identity', maxIds, onBatch }) };
}

test('requests of one turn travel together, and each gets its own answer', async () => {
  const { call, asked, onBatch } = arrange();
  const answers = [1, 2, 3].map((id) => call(id, aCaller()));
  await settle();
  expect(asked.map(({ request }) => request)).toEqual([[1, 2, 3]]);
  asked[0]!.answer(
    new Map([
      [1, 'cat'],
      [3, 'sun'],
    ]),
  );
  expect((await Promise.all(answers)).map(({ value }) => value)).toEqual(['cat', undefined, 'sun']);
  expect(onBatch).toHaveBeenCalledWith(3);
});

test('a batch is never larger than the upstream takes', async () => {
  const { call, asked } = arrange(2);
  for (const id of [1, 2, 3]) void call(id, aCaller());
  await settle();
  expect(asked.map(({ request }) => request)).toEqual([[1, 2], [3]]);
});

test('whoever left before the batch went out is not asked for, and hears that it left', async () => {
  const { call, asked } = arrange();
  const gone = aCaller();
  const asking = call(1, gone);
  void call(2, aCaller());
  gone.cancellation.cancel('left');
  await expect(asking).rejects.toMatchObject({ kind: 'left' });
  await settle();
  expect(asked.map(({ request }) => request)).toEqual([[2]]);
});

test('a batch is given up only when everybody in it has left', async () => {
  const { call, asked } = arrange();
  const callers = [aCaller(), aCaller()];
  callers.forEach((caller, id) => void call(id, caller));
  await settle();
  callers[0]!.cancellation.cancel('left');
  expect(asked[0]!.caller.cancellation.cancelled).toBe(false);
  callers[1]!.cancellation.cancel('left');
  expect(asked[0]!.caller.cancellation.cancelled).toBe(true);
});

test('a batch settles within the shortest budget in it', async () => {
  const { call, asked } = arrange();
  const short = aCaller(50);
  void call(1, aCaller(500));
  void call(2, short);
  await settle();
  expect(asked[0]!.caller.deadlineAt).toBe(short.deadlineAt);
});

test.each(['nonsense', 'too-large'] as const)(
  'when the answer for all is %s, each is asked for alone, so that one bad thing costs nobody else theirs',
  async (kind) => {
    const { call, asked } = arrange();
    const [good, bad] = [call(1, aCaller()), call(2, aCaller())];
    await settle();
    asked[0]!.fail(failure(kind));
    await settle();
    expect(asked.slice(1).map(({ request }) => request)).toEqual([[1], [2]]);
    asked[1]!.answer(new Map([[1, 'cat']]));
    asked[2]!.fail(failure(kind));
    expect((await good).value).toBe('cat');
    await expect(bad).rejects.toMatchObject({ kind });
  },
);

test('one bad thing of a hundred is found by halving, in few requests', async () => {
  const { call, asked } = arrange();
  const answers = Promise.allSettled(Array.from({ length: 100 }, (_, id) => call(id, aCaller())));
  let told = 0;
  while (told < asked.length || told === 0) {
    await settle();
    for (; told < asked.length; told += 1) {
      const { request, answer, fail } = asked[told]!;
      if (request.includes(13)) fail(failure('nonsense'));
      else answer(new Map(request.map((id) => [id, `user ${id}`])));
    }
    await settle();
  }
  expect((await answers).flatMap(({ status }, id) => (status === 'rejected' ? [id] : []))).toEqual([
    13,
  ]);
  expect(asked.length).toBeLessThan(20);
});

test('any other failure is everybody’s, without a second request', async () => {
  const { call, asked } = arrange();
  const answers = [1, 2].map((id) => call(id, aCaller()));
  await settle();
  asked[0]!.fail(failure('timeout'));
  for (const each of answers) await expect(each).rejects.toMatchObject({ kind: 'timeout' });
  expect(asked).toHaveLength(1);
});
