// The two cookies: their names and attributes, and how they are read and cleared.
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
const REMOTE = [
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

test.each(LOCAL)('isLocal is true for the host %s', (host) => {
  expect(isLocal(host)).toBe(true);
});

test.each(REMOTE)('isLocal is false for the host %s', (host) => {
  expect(isLocal(host)).toBe(false);
});

describe('the cookies of a new session', () => {
  test.each(REMOTE)('at %s need TLS, and no other host can set them', (host) => {
    const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax';
    expect(cookiesOf(TOKENS, host)).toEqual([
      `__Host-access=aaa.bbb.ccc; Max-Age=300; ${attributes}`,
      `__Host-refresh=7d2f.c2VjcmV0; Max-Age=34560000; ${attributes}`,
    ]);
  });

  test.each(LOCAL)('at %s work without TLS, and no script can read them', (host) => {
    const attributes = 'Path=/; HttpOnly; SameSite=Lax';
    expect(cookiesOf(TOKENS, host)).toEqual([
      `access=aaa.bbb.ccc; Max-Age=300; ${attributes}`,
      `refresh=7d2f.c2VjcmV0; Max-Age=34560000; ${attributes}`,
    ]);
  });

  test('name no domain, so that browsers send them to this host alone', () => {
    for (const host of [...LOCAL, ...REMOTE])
      expect(cookiesOf(TOKENS, host).join()).not.toMatch(/domain/i);
  });
});

test('clears both cookies with the names and attributes with which they were set', () => {
  for (const host of [...LOCAL, ...REMOTE]) {
    const cleared = cookiesOf(TOKENS, host).map((text) =>
      text.replace(/=[^;]*; Max-Age=\d+/, '=; Max-Age=0'),
    );
    expect(clearedCookies(host)).toEqual(cleared);
  }
});

describe('readCookies', () => {
  test('reads both cookies by the names that belong to the host', () => {
    const both = 'access=a; refresh=r; __Host-access=A; __Host-refresh=R';
    expect(readCookies(both, 'localhost')).toEqual({ access: 'a', refresh: 'r' });
    expect(readCookies(both, 'example.com')).toEqual({ access: 'A', refresh: 'R' });
  });

  test('reads no cookie without the __Host- prefix outside localhost, as another host of the domain could have set it', () => {
    expect(readCookies('access=a; refresh=r', 'example.com')).toEqual(NONE);
  });

  test.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['separators alone', ';;; ; =;='],
    ['other cookies', 'theme=dark; xaccess=1; access2=2; Access=3'],
    [
      'names of properties of every object',
      '__proto__=x; constructor=y; toString=z; hasOwnProperty=1',
    ],
    ['names without a value', 'access; refresh'],
  ])('finds nothing in %s', (_, header) => {
    expect(readCookies(header, 'localhost')).toEqual(NONE);
  });

  test('finds both cookies among any number of others, up to the 16 KiB that a request may have', () => {
    const others = Array.from({ length: 100 }, (_, each) => `other_${each}=${'x'.repeat(130)}`);
    const header = ['access=a', ...others, 'refresh=r'].join('; ');
    expect(header.length).toBeGreaterThan(14_000);
    expect(readCookies(header, 'localhost')).toEqual({ access: 'a', refresh: 'r' });
  });

  test('takes the first of two cookies with the same name', () => {
    expect(readCookies('access=first; access=second', 'localhost').access).toBe('first');
  });

  test('accepts a value with malformed percent-encoding as it is', () => {
    expect(readCookies('access=%E0%A4%A; refresh=%', 'localhost')).toEqual({
      access: '%E0%A4%A',
      refresh: '%',
    });
  });

  test('returns strings or undefined for any header, and never throws', () => {
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

  test('reads any token that cookiesOf has set', () => {
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
