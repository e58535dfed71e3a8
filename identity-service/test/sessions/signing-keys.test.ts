// Which key signs at which time, without a database or a clock.
import { describe, expect, test } from '@jest/globals';
import { MAX_TOKEN_LIFETIME_S } from 'contracts/tokens';
import * as fc from 'fast-check';
import { type DatedKey, KEY_LEAD_MS, keysAt } from '../../src/sessions/signing-keys.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Makes keys from their names and the times of their creation. */
const keys = (made: Readonly<Record<string, number>>): DatedKey[] =>
  Object.entries(made).map(([kid, createdAt]) => ({ kid, createdAt }));
const names = (list: readonly DatedKey[]): string => list.map(({ kid }) => kid).join(' ');

describe('keysAt', () => {
  test.each<[what: string, made: Record<string, number>, now: number, [string, string, string]]>([
    ['the only key signs at once', { a: 0 }, 0, ['a', 'a', '']],
    ['the only key signs for ever', { a: 0 }, 900 * DAY, ['a', 'a', '']],
    ['a new key is published before it signs', { a: 0, b: DAY }, DAY, ['a', 'a b', '']],
    [
      'a new key does not sign until its lead time is over',
      { a: 0, b: DAY },
      DAY + MINUTE - 1,
      ['a', 'a b', ''],
    ],
    ['a new key signs after its lead time', { a: 0, b: DAY }, DAY + MINUTE, ['b', 'a b', '']],
    [
      'an old key is published until its tokens have expired',
      { a: 0, b: DAY },
      DAY + 7 * MINUTE - 1,
      ['b', 'a b', ''],
    ],
    [
      'an old key has expired after its tokens',
      { a: 0, b: DAY },
      DAY + 7 * MINUTE,
      ['b', 'b', 'a'],
    ],
    ['the older of two new keys signs first', { b: 10, a: 5 }, SECOND, ['a', 'a b', '']],
    [
      'the first name signs first of two keys of the same time',
      { b: 5, a: 5 },
      SECOND,
      ['a', 'a b', ''],
    ],
    [
      'the later name is the newer key of two keys of the same time',
      { b: 5, a: 5 },
      2 * MINUTE,
      ['b', 'a b', ''],
    ],
    [
      'a key that was overtaken before it signed is published like others',
      { a: 0, b: DAY, c: DAY + SECOND },
      DAY + 7 * MINUTE,
      ['c', 'b c', 'a'],
    ],
    ['a clock that is late finds a signing key, too', { a: DAY, b: 2 * DAY }, 0, ['a', 'a b', '']],
  ])('%s', (_, made, now, [signing, published, expired]) => {
    const at = keysAt(keys(made).toReversed(), now);
    expect([at.signing?.kid, names(at.published), names(at.expired)]).toEqual([
      signing,
      published,
      expired,
    ]);
  });

  test('returns no signing key without keys', () => {
    expect(keysAt([], 0)).toEqual({ signing: undefined, published: [], expired: [] });
  });

  test('publishes a key that has signed until its last token has expired', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 10 * MINUTE }), { minLength: 1, maxLength: 6 });
    const times = fc.integer({ min: 0, max: 20 * MINUTE });
    fc.assert(
      fc.property(
        ages,
        times,
        fc.integer({ min: 0, max: MAX_TOKEN_LIFETIME_S }),
        (made, now, age) => {
          const all = made.map((createdAt, at) => ({ kid: String(at), createdAt }));
          const known = (at: number) => all.filter(({ createdAt }) => createdAt <= at);
          const signed = keysAt(known(now), now).signing;
          fc.pre(signed !== undefined);
          const later = now + age * SECOND;
          expect(keysAt(known(later), later).published).toContain(signed);
        },
      ),
    );
  });

  test('lets a key sign only after every service could have fetched it, except the first key', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 5 * MINUTE }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(ages, fc.integer({ min: 0, max: 10 * MINUTE }), (made, now) => {
        const all = made.map((createdAt, at) => ({ kid: String(at), createdAt }));
        const { signing } = keysAt(all, now);
        const first = Math.min(...made);
        expect(signing!.createdAt === first || signing!.createdAt + KEY_LEAD_MS <= now).toBe(true);
      }),
    );
  });
});
