import { describe, expect, jest, test } from '@jest/globals';
import { createQuarantine } from '../../../src/upstream/engine/quarantine.ts';
import { batch } from '../../../src/upstream/engine/layers/batch.ts';
import { aCaller, deferredCall, failure, settle } from './arrange.ts';

function arrange(maxIds = 100) {
  const { call, requests } = deferredCall<readonly number[], ReadonlyMap<number, string>>();
  const trials = deferredCall<readonly number[], ReadonlyMap<number, string>>();
  const onBatch = jest.fn();
  const onQuarantined = jest.fn();
  const options = {
    upstream: 'identity',
    maxIds,
    onBatch,
    trial: trials.call,
    quarantine: createQuarantine<number>({
      upstream: 'identity',
      breaker: { state: 'closed', resetMs: 5000 },
    }),
    onQuarantined,
  } as const;
  return { requests, trials: trials.requests, onBatch, onQuarantined, call: batch(call, options) };
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
  const rejected = call(1, cancelled);
  void call(2, aCaller());
  cancelled.cancellation.cancel('left');
  await expect(rejected).rejects.toMatchObject({ kind: 'left' });
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

test.each(['nonsense', 'too-large', 'server-error'] as const)(
  'requests each id alone after a batch that failed with %s, so that one bad item spoils no other',
  async (kind) => {
    const { call, requests, trials } = arrange();
    const [good, bad] = [call(1, aCaller()), call(2, aCaller())];
    await settle();
    requests[0]!.fail(failure(kind));
    await settle();
    trials[0]!.answer(new Map([[1, 'cat']]));
    await settle();
    trials[1]!.fail(failure(kind));
    expect(trials.map(({ request }) => request)).toEqual([[1], [2]]);
    expect((await good).value).toBe('cat');
    await expect(bad).rejects.toMatchObject({ kind });
    expect(requests).toHaveLength(1);
  },
);

/** Answers every trial: those that contain a bad id fail. */
async function answerTrials(
  trials: ReturnType<typeof arrange>['trials'],
  bad: (id: number) => boolean,
): Promise<void> {
  for (let next = 0; ; next += 1) {
    await settle();
    const trial = trials[next];
    if (trial === undefined) return;
    if (trial.request.some(bad)) trial.fail(failure('server-error'));
    else trial.answer(new Map(trial.request.map((id) => [id, `user ${id}`])));
  }
}

const rejectedOf = (settled: readonly PromiseSettledResult<unknown>[]): number[] =>
  settled.flatMap(({ status }, id) => (status === 'rejected' ? [id] : []));

test('finds one bad item in a hundred by halving, in fewer than 20 requests', async () => {
  const { call, requests, trials } = arrange();
  const answers = Promise.allSettled(Array.from({ length: 100 }, (_, id) => call(id, aCaller())));
  await settle();
  requests[0]!.fail(failure('server-error'));
  await answerTrials(trials, (id) => id === 13);
  expect(rejectedOf(await answers)).toEqual([13]);
  expect(trials.length).toBeLessThan(20);
});

test('stops looking for bad items after four failures in a row: then the upstream is failing', async () => {
  const { call, requests, trials } = arrange();
  const answers = Promise.allSettled(Array.from({ length: 100 }, (_, id) => call(id, aCaller())));
  await settle();
  requests[0]!.fail(failure('server-error'));
  await answerTrials(trials, () => true);
  expect(rejectedOf(await answers)).toHaveLength(100);
  expect(trials.length).toBeLessThan(6);
});

async function arrangeFailed() {
  const arranged = arrange();
  const failing = arranged.call(13, aCaller());
  await settle();
  arranged.requests[0]!.fail(failure('server-error'));
  await expect(failing).rejects.toMatchObject({ kind: 'server-error' });
  return arranged;
}

describe('an id that failed alone', () => {
  test('is requested alone, past the breaker, and is like any other id once that succeeds', async () => {
    const { call, requests, trials } = await arrangeFailed();
    const answers = [13, 1].map((id) => call(id, aCaller()));
    await settle();
    expect(requests.slice(1).map(({ request }) => request)).toEqual([[1]]);
    expect(trials.map(({ request }) => request)).toEqual([[13]]);
    trials[0]!.answer(new Map([[13, 'well']]));
    requests[1]!.answer(new Map([[1, 'cat']]));
    expect((await Promise.all(answers)).map(({ value }) => value)).toEqual(['well', 'cat']);
    void call(13, aCaller());
    await settle();
    expect(requests.at(-1)!.request).toEqual([13]);
  });

  test('is rejected without a request for a second after it failed again, with a Retry-After', async () => {
    const { call, requests, trials, onQuarantined } = await arrangeFailed();
    const failing = call(13, aCaller());
    await settle();
    trials[0]!.fail(failure('server-error'));
    await expect(failing).rejects.toMatchObject({ kind: 'server-error' });
    const rejected = { kind: 'quarantined', retryAfterS: 1 };
    await expect(call(13, aCaller())).rejects.toMatchObject(rejected);
    expect([requests.length, trials.length]).toEqual([1, 1]);
    expect(onQuarantined).toHaveBeenCalledTimes(1);
  });
});

test('rejects all callers after any other failure, without a second request', async () => {
  const { call, requests } = arrange();
  const answers = [1, 2].map((id) => call(id, aCaller()));
  await settle();
  requests[0]!.fail(failure('timeout'));
  for (const waiting of answers) await expect(waiting).rejects.toMatchObject({ kind: 'timeout' });
  expect(requests).toHaveLength(1);
});
