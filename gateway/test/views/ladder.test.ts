// The rungs of each strategy: which service gets the request, in which order, and with how much time.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { User } from 'contracts/types';
import type { Call } from '../../src/upstream/engine/call.ts';
import { coalesce } from '../../src/upstream/engine/layers/coalesce.ts';
import type { ReplicaEntry } from '../../src/upstream/social/authors.ts';
import { authorLadder, type Strategy } from '../../src/views/ladder.ts';
import { aCaller, deferredCall, settle } from '../upstream/engine/arrange.ts';
import { failed, unavailable, hit, miss, replica as fromReplica, stale } from './arrange.ts';

const CAT: User = { id: 1, username: 'cat' };
const LATE: User = { id: 1, username: 'late_cat' };
const LIMIT_MS = 300;

const entryOf = (user: User | undefined, lagMs?: number): ReplicaEntry => ({ user, lagMs });

type AuthorCall = Call<number, User | undefined>;

function arrange(
  strategy: Strategy,
  limitMs = LIMIT_MS,
  layer = (call: AuthorCall): AuthorCall => call,
) {
  const identity = deferredCall<number, User | undefined>();
  const replica = deferredCall<number, ReplicaEntry | undefined>();
  const ladder = authorLadder(strategy, layer(identity.call), replica.call, limitMs);
  return { ladder, identity: identity.requests, replica: replica.requests };
}

/** The time that the caller of a request has left, rounded to milliseconds. */
const remainingMs = ({ caller }: { caller: { deadlineAt: number } }): number =>
  Math.round(caller.deadlineAt - performance.now());

/** Stops the clock until the end of the test. */
const stopClock = (): void => {
  jest.spyOn(performance, 'now').mockReturnValue(1000);
};
afterEach(() => {
  jest.restoreAllMocks();
});

describe('aggregate', () => {
  test('requests the author from Identity with the complete time limit, and never from the replica', async () => {
    stopClock();
    const { ladder, identity, replica } = arrange('aggregate');
    const fetched = ladder(1, aCaller());
    expect(remainingMs(identity[0]!)).toBe(LIMIT_MS);
    identity[0]!.fail(failed('refused'));
    expect(await fetched).toMatchObject({ value: undefined, via: unavailable(failed('refused')) });
    expect(replica).toEqual([]);
  });
});

describe('replica', () => {
  test('requests the author from the replica with the complete time limit, and never from Identity', async () => {
    stopClock();
    const { ladder, identity, replica } = arrange('replica');
    const fetched = ladder(1, aCaller());
    expect(remainingMs(replica[0]!)).toBe(LIMIT_MS);
    replica[0]!.answer(entryOf(CAT));
    expect(await fetched).toMatchObject({ value: CAT, upstream: 'social', via: fromReplica() });
    expect(identity).toEqual([]);
  });

  test('makes the author unavailable when the replica fails', async () => {
    const { ladder, replica } = arrange('replica');
    const fetched = ladder(1, aCaller());
    const failure = failed('refused', undefined, 'social');
    replica[0]!.fail(failure);
    expect(await fetched).toMatchObject({
      value: undefined,
      upstream: 'social',
      via: unavailable(failure),
    });
  });
});

describe('hybrid', () => {
  test.each([
    ['a fresh name', hit(), CAT],
    ['a name from Identity', miss(), CAT],
    ['an absence from Identity', miss(), undefined],
  ])('returns %s without a request to the replica', async (_, via, value) => {
    const { replica, ladder } = arrange('hybrid', LIMIT_MS, () => async () => ({ value, via }));
    expect(await ladder(1, aCaller())).toMatchObject({ value, upstream: 'identity', via });
    expect(replica).toEqual([]);
  });

  describe('with a stale name', () => {
    const failure = failed('refused');
    const arrangeStale = (ageMs: number) =>
      arrange('hybrid', LIMIT_MS, () => async () => ({ value: CAT, via: stale(failure, ageMs) }));

    test.each([
      ['that the replica is newer than', 61_000, entryOf(LATE, 60_000), LATE],
      ['whose user has been deleted since', 61_000, entryOf(undefined, 60_000), undefined],
    ])('prefers the replica to a name %s', async (_, ageMs, entry, value) => {
      const { ladder, replica } = arrangeStale(ageMs);
      const fetched = ladder(1, aCaller());
      await settle();
      replica[0]!.answer(entry);
      const via = fromReplica(failure);
      expect(await fetched).toMatchObject({ value, upstream: 'social', via });
    });

    test.each([
      ['lacks later changes', entryOf(LATE, 60_001)],
      ['does not know how late it is', entryOf(LATE)],
      ['has no user, and is late', entryOf(undefined, 60_001)],
      ['has nothing', undefined],
    ])('keeps the name when the replica %s', async (_, entry) => {
      const { ladder, replica } = arrangeStale(61_000);
      const fetched = ladder(1, aCaller());
      await settle();
      replica[0]!.answer(entry);
      expect(await fetched).toMatchObject({ value: CAT, via: stale(failure, 61_000) });
    });

    test('keeps the name when the replica fails', async () => {
      const { ladder, replica } = arrangeStale(61_000);
      const fetched = ladder(1, aCaller());
      await settle();
      replica[0]!.fail(failed('refused', undefined, 'social'));
      expect(await fetched).toMatchObject({ value: CAT, via: stale(failure, 61_000) });
    });
  });

  test('requests the author from the replica after Identity has failed', async () => {
    const { ladder, identity, replica } = arrange('hybrid');
    const fetched = ladder(1, aCaller());
    await settle();
    expect(replica).toEqual([]);
    identity[0]!.fail(failed('refused'));
    await settle();
    replica[0]!.answer(entryOf(LATE));
    const via = fromReplica(failed('refused'));
    expect(await fetched).toMatchObject({ value: LATE, upstream: 'social', via });
  });

  test.each([
    [300, 250],
    [3000, 2950],
    [60, 50],
    [6, 5],
  ])(
    'of a limit of %d ms, gives Identity %d ms and reserves the rest for the replica',
    async (limitMs, identityMs) => {
      stopClock();
      const { ladder, identity, replica } = arrange('hybrid', limitMs);
      const deadlineAt = performance.now() + limitMs;
      void ladder(1, aCaller(10_000));
      expect(remainingMs(identity[0]!)).toBe(identityMs);
      identity[0]!.fail(failed('timeout'));
      await settle();
      expect(replica[0]!.caller.deadlineAt).toBe(deadlineAt);
    },
  );

  test('reserves a share for the replica also when the request’s deadline is near', () => {
    stopClock();
    const { ladder, identity } = arrange('hybrid');
    void ladder(1, aCaller(60));
    expect(remainingMs(identity[0]!)).toBe(50);
  });

  describe('with a shared request to Identity that may take as long as the complete ladder', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    test.each([
      [300, 250],
      [60, 50],
    ])(
      'of a limit of %d ms, requests the author from the replica after %d ms',
      async (limitMs, identityMs) => {
        const shared: (call: AuthorCall) => AuthorCall = coalesce({
          upstream: 'identity',
          keyOf: (id: number) => id,
          limitMs,
        });
        const { ladder, replica } = arrange('hybrid', limitMs, shared);
        const fetched = ladder(1, aCaller());
        await jest.advanceTimersByTimeAsync(identityMs - 1);
        expect(replica).toEqual([]);
        await jest.advanceTimersByTimeAsync(1);
        expect(replica).toHaveLength(1);
        replica[0]!.answer(entryOf(LATE));
        expect((await fetched).value).toEqual(LATE);
      },
    );
  });
});
