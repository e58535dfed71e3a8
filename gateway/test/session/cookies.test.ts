// The two cookies: how they are named, guarded, read and cleared.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cookiesOf, isLocal, clearedCookies, readCookies } from '../../src/session/cookies.ts';

const TOKENS = { accessToken: 'aaa.bbb.ccc', refreshToken: '7d2f.c2VjcmV0', expiresIn: 300 };
const NONE = { access: undefined, refresh: undefined };

const LOCAL = [
  'localhost',
  'localhost:8080',
  'LOCALHOST:8080',
  '127.0.0.1',
  '127.0.0.1:8080',
  '127.1.2.3',
  '127.255.255.254:80',
  '[::1]',
  '[::1]:8080',
];
const ABROAD = [
  undefined,
  '',
  'example.com',
  'localhost.example.com',
  'localhost.',
  'notlocalhost',
  '127.0.0.1.example.com',
  '128.0.0.1',
  '10.0.0.1:8080',
  '0.0.0.0',
  '[::2]',
  '[::]',
  '::1',
  'a host',
  '[',
];

test.each(LOCAL)('%s is the browser’s own machine', (host) => {
  expect(isLocal(host)).toBe(true);
});

test.each(ABROAD)('%s is not the browser’s own machine', (host) => {
  expect(isLocal(host)).toBe(false);
});

describe('a session that begins', () => {
  test.each(ABROAD)('at %s sets cookies that need TLS and no other host can set', (host) => {
    const guarded = 'Path=/; HttpOnly; Secure; SameSite=Lax';
    expect(cookiesOf(TOKENS, host)).toEqual([
      `__Host-access=aaa.bbb.ccc; Max-Age=300; ${guarded}`,
      `__Host-refresh=7d2f.c2VjcmV0; Max-Age=34560000; ${guarded}`,
    ]);
  });

  test.each(LOCAL)('at %s sets cookies that work without TLS, and no script can read', (host) => {
    const guarded = 'Path=/; HttpOnly; SameSite=Lax';
    expect(cookiesOf(TOKENS, host)).toEqual([
      `access=aaa.bbb.ccc; Max-Age=300; ${guarded}`,
      `refresh=7d2f.c2VjcmV0; Max-Age=34560000; ${guarded}`,
    ]);
  });

  test('never names a domain: its cookies go to this host alone', () => {
    for (const host of [...LOCAL, ...ABROAD])
      expect(cookiesOf(TOKENS, host).join()).not.toMatch(/domain/i);
  });
});

test('a session that ends clears both, under the names and guards that they were set with', () => {
  for (const host of [...LOCAL, ...ABROAD]) {
    const guards = cookiesOf(TOKENS, host).map((text) =>
      text.replace(/=[^;]*; Max-Age=\d+/, '=; Max-Age=0'),
    );
    expect(clearedCookies(host)).toEqual(guards);
  }
});

describe('reading', () => {
  test('takes the two by the names that belong to the host', () => {
    const both = 'access=a; refresh=r; __Host-access=A; __Host-refresh=R';
    expect(readCookies(both, 'localhost')).toEqual({ access: 'a', refresh: 'r' });
    expect(readCookies(both, 'example.com')).toEqual({ access: 'A', refresh: 'R' });
  });

  test('elsewhere takes nothing that a neighbour of the domain could have set', () => {
    expect(readCookies('access=a; refresh=r', 'example.com')).toEqual(NONE);
  });

  test.each([
    ['no header', undefined],
    ['nothing', ''],
    ['separators alone', ';;; ; =;='],
    ['other cookies', 'theme=dark; xaccess=1; access2=2; Access=3'],
    ['names that every object has', '__proto__=x; constructor=y; toString=z; hasOwnProperty=1'],
    ['a name without a value', 'access; refresh'],
    ['more than a browser sends', `access=${'a'.repeat(8200)}`],
  ])('finds nothing in %s', (_, header) => {
    expect(readCookies(header, 'localhost')).toEqual(NONE);
  });

  test('of two with one name, the first counts', () => {
    expect(readCookies('access=first; access=second', 'localhost').access).toBe('first');
  });

  test('a value that is not well-formed is a value all the same, and no fault', () => {
    expect(readCookies('access=%E0%A4%A; refresh=%', 'localhost')).toEqual({
      access: '%E0%A4%A',
      refresh: '%',
    });
  });

  test('whatever a client sends, it gives texts or nothing, and never throws', () => {
    const pair = fc.tuple(fc.constantFrom('access', 'refresh', '__Host-access', 'x'), fc.string());
    const header = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(pair).map((pairs) => pairs.map((each) => each.join('=')).join('; ')),
    );
    fc.assert(
      fc.property(header, fc.oneof(fc.string(), fc.constant('localhost')), (text, host) => {
        for (const value of Object.values(readCookies(text, host)))
          expect(['string', 'undefined']).toContain(typeof value);
      }),
    );
  });

  test('what was set is read again, whatever is in it', () => {
    const token = fc.stringMatching(/^[\x21-\x7e]{1,100}$/);
    fc.assert(
      fc.property(token, token, fc.constantFrom('localhost', 'example.com'), (a, r, host) => {
        const set = cookiesOf({ accessToken: a, refreshToken: r, expiresIn: 300 }, host);
        const sent = set.map((text) => text.split(';', 1)[0]).join('; ');
        expect(readCookies(sent, host)).toEqual({ access: a, refresh: r });
      }),
    );
  });
});
