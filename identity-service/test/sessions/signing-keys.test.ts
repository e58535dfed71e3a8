// Which key signs at which time: the whole table, without a database or a clock.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type DatedKey,
  KEY_LEAD_MS,
  keysAt,
  TOKEN_LIFETIME_S,
} from '../../src/sessions/signing-keys.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Keys by name and the time they were made at. */
const keys = (made: Readonly<Record<string, number>>): DatedKey[] =>
  Object.entries(made).map(([kid, createdAt]) => ({ kid, createdAt }));
const names = (list: readonly DatedKey[]): string => list.map(({ kid }) => kid).join(' ');

describe('keysAt', () => {
  test.each<[what: string, made: Record<string, number>, now: number, [string, string, string]]>([
    ['the only key signs at once', { a: 0 }, 0, ['a', 'a', '']],
    ['the only key goes on for ever', { a: 0 }, 900 * DAY, ['a', 'a', '']],
    ['a new key is published before it signs', { a: 0, b: DAY }, DAY, ['a', 'a b', '']],
    ['… to the end of its lead', { a: 0, b: DAY }, DAY + MINUTE - 1, ['a', 'a b', '']],
    ['then it signs', { a: 0, b: DAY }, DAY + MINUTE, ['b', 'a b', '']],
    ['the old one outlasts its tokens', { a: 0, b: DAY }, DAY + 7 * MINUTE - 1, ['b', 'a b', '']],
    ['then it can go', { a: 0, b: DAY }, DAY + 7 * MINUTE, ['b', 'b', 'a']],
    ['of two that are both new, the older signs first', { b: 10, a: 5 }, SECOND, ['a', 'a b', '']],
    ['made at the same time, their names decide', { b: 5, a: 5 }, SECOND, ['a', 'a b', '']],
    ['… and the later name is the newer key', { b: 5, a: 5 }, 2 * MINUTE, ['b', 'a b', '']],
    [
      'a key that was overtaken before it signed goes its way too',
      { a: 0, b: DAY, c: DAY + SECOND },
      DAY + 7 * MINUTE,
      ['c', 'b c', 'a'],
    ],
    ['a clock that runs behind finds a signer too', { a: DAY, b: 2 * DAY }, 0, ['a', 'a b', '']],
  ])('%s', (_, made, now, [signing, published, expired]) => {
    const at = keysAt(keys(made).toReversed(), now);
    expect([at.signing?.kid, names(at.published), names(at.expired)]).toEqual([
      signing,
      published,
      expired,
    ]);
  });

  test('without keys there is no signer', () => {
    expect(keysAt([], 0)).toEqual({ signing: undefined, published: [], expired: [] });
  });

  test('whoever signs at a time is published from then on until its last token is over', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 10 * MINUTE }), { minLength: 1, maxLength: 6 });
    const times = fc.integer({ min: 0, max: 20 * MINUTE });
    fc.assert(
      fc.property(ages, times, fc.integer({ min: 0, max: TOKEN_LIFETIME_S }), (made, now, age) => {
        const all = made.map((createdAt, at) => ({ kid: String(at), createdAt }));
        const known = (at: number) => all.filter(({ createdAt }) => createdAt <= at);
        const signed = keysAt(known(now), now).signing;
        fc.pre(signed !== undefined);
        const later = now + age * SECOND;
        expect(keysAt(known(later), later).published).toContain(signed);
      }),
    );
  });

  test('a key signs only after everybody could have learnt of it, unless it was the first', () => {
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
