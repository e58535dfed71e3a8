// The rungs of each strategy: who is asked, in which order, and with how much of the time.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { User } from 'contracts/types';
import type { Call } from '../../src/upstream/engine/call.ts';
import { coalesce } from '../../src/upstream/engine/layers/coalesce.ts';
import { authorLadder, type Strategy } from '../../src/views/ladder.ts';
import { aCaller, deferredCall, settle } from '../upstream/engine/arrange.ts';
import { failed, gap, hit, miss, replica, stale } from './arrange.ts';

const CAT: User = { id: 1, username: 'cat' };
const LATE: User = { id: 1, username: 'late_cat' };
const LIMIT_MS = 300;

type Ask = Call<number, User | undefined>;

function arrange(strategy: Strategy, limitMs = LIMIT_MS, above = (ask: Ask): Ask => ask) {
  const identity = deferredCall<number, User | undefined>();
  const copy = deferredCall<number, User | undefined>();
  const ladder = authorLadder(strategy, above(identity.call), copy.call, limitMs);
  return { ladder, identity: identity.asked, copy: copy.asked };
}

/** How long the one who asks waits, in whole milliseconds. */
const patience = ({ caller }: { caller: { deadlineAt: number } }): number =>
  Math.round(caller.deadlineAt - performance.now());

/** No time passes until the test has ended. */
const standStill = (): void => {
  jest.spyOn(performance, 'now').mockReturnValue(1000);
};
afterEach(() => {
  jest.restoreAllMocks();
});

describe('aggregate', () => {
  test('asks Identity, with all the time there is, and never the copy', async () => {
    standStill();
    const { ladder, identity, copy } = arrange('aggregate');
    const found = ladder(1, aCaller());
    expect(patience(identity[0]!)).toBe(LIMIT_MS);
    identity[0]!.fail(failed('refused'));
    expect(await found).toMatchObject({ value: undefined, via: gap(failed('refused')) });
    expect(copy).toEqual([]);
  });
});

describe('replica', () => {
  test('asks the copy, with all the time there is, and never Identity', async () => {
    standStill();
    const { ladder, identity, copy } = arrange('replica');
    const found = ladder(1, aCaller());
    expect(patience(copy[0]!)).toBe(LIMIT_MS);
    copy[0]!.answer(CAT);
    expect(await found).toMatchObject({ value: CAT, upstream: 'social', via: replica() });
    expect(identity).toEqual([]);
  });

  test('a copy that fails is a gap', async () => {
    const { ladder, copy } = arrange('replica');
    const found = ladder(1, aCaller());
    const failure = failed('refused', undefined, 'social');
    copy[0]!.fail(failure);
    expect(await found).toMatchObject({ value: undefined, upstream: 'social', via: gap(failure) });
  });
});

describe('hybrid', () => {
  test.each([
    ['a fresh name', hit(), CAT],
    ['Identity’s own word', miss(), CAT],
    ['that there is no such user', miss(), undefined],
    ['a stale name', stale(), CAT],
  ])('%s comes before the copy, which is not asked', async (_, via, value) => {
    const { copy, ladder } = arrange('hybrid', LIMIT_MS, () => async () => ({ value, via }));
    expect(await ladder(1, aCaller())).toMatchObject({ value, upstream: 'identity', via });
    expect(copy).toEqual([]);
  });

  test('the copy is asked when Identity has failed', async () => {
    const { ladder, identity, copy } = arrange('hybrid');
    const found = ladder(1, aCaller());
    await settle();
    expect(copy).toEqual([]);
    identity[0]!.fail(failed('refused'));
    await settle();
    copy[0]!.answer(LATE);
    const via = replica(failed('refused'));
    expect(await found).toMatchObject({ value: LATE, upstream: 'social', via });
  });

  test.each([
    [300, 250],
    [3000, 2950],
    [60, 50],
    [6, 5],
  ])('of %d ms, Identity has %d: the rest is for the copy', async (limitMs, identityMs) => {
    standStill();
    const { ladder, identity, copy } = arrange('hybrid', limitMs);
    const deadlineAt = performance.now() + limitMs;
    void ladder(1, aCaller(10_000));
    expect(patience(identity[0]!)).toBe(identityMs);
    identity[0]!.fail(failed('timeout'));
    await settle();
    expect(copy[0]!.caller.deadlineAt).toBe(deadlineAt);
  });

  test('of a request that is nearly over, the copy has its share, too', () => {
    standStill();
    const { ladder, identity } = arrange('hybrid');
    void ladder(1, aCaller(60));
    expect(patience(identity[0]!)).toBe(50);
  });

  describe('through a flight that lasts as long as the whole ladder', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    test.each([
      [300, 250],
      [60, 50],
    ])('of %d ms, the copy is asked after %d', async (limitMs, identityMs) => {
      const flight: (ask: Ask) => Ask = coalesce({
        upstream: 'identity',
        keyOf: (id: number) => id,
        limitMs,
      });
      const { ladder, copy } = arrange('hybrid', limitMs, flight);
      const found = ladder(1, aCaller());
      await jest.advanceTimersByTimeAsync(identityMs - 1);
      expect(copy).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(copy).toHaveLength(1);
      copy[0]!.answer(LATE);
      expect((await found).value).toEqual(LATE);
    });
  });
});
