// Which page sent a request, as its browser says.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isSafe, originOf } from '../../src/session/origin.ts';

const APP = 'https://app.example.net';
const ALLOWED = new Set([APP]);
const HOST = 'social.example.com';

const from = (headers: Readonly<Record<string, string>>, allowed = ALLOWED) =>
  originOf({ host: HOST, ...headers }, allowed);

describe('Origin', () => {
  test.each([
    ['our own, behind TLS', 'https://social.example.com', 'same'],
    ['our own, without TLS', 'http://social.example.com', 'same'],
    ['our own, in capitals', 'https://SOCIAL.example.com', 'same'],
    ['one that is let in', APP, 'same'],
    ['another port of ours', 'https://social.example.com:8443', 'foreign'],
    ['a host below ours', 'https://evil.social.example.com', 'foreign'],
    ['a host above ours', 'https://example.com', 'foreign'],
    ['a host that begins like ours', 'https://social.example.com.evil.org', 'foreign'],
    ['a host that ends like ours', 'https://notsocial.example.com', 'foreign'],
    ['one that is let in, on another port', `${APP}:444`, 'foreign'],
    ['one that is let in, without TLS', 'http://app.example.net', 'foreign'],
    ['that of a sandbox or a file', 'null', 'foreign'],
    ['nothing that is an origin', 'social.example.com', 'foreign'],
    ['an empty one', '', 'foreign'],
    ['a file', 'file://', 'foreign'],
    ['an extension', 'chrome-extension://social.example.com.x', 'foreign'],
  ])('%s: %s is %s', (_, origin, sign) => {
    expect(from({ origin })).toBe(sign);
    // The browser's other word does not make it better.
    if (sign === 'foreign') expect(from({ origin, 'sec-fetch-site': 'same-origin' })).toBe(sign);
  });

  test('our own at a port is the same when the port is', () => {
    expect(from({ host: 'localhost:8080', origin: 'http://localhost:8080' })).toBe('same');
    expect(from({ host: 'localhost:8080', origin: 'http://localhost:3000' })).toBe('foreign');
    expect(from({ host: '[::1]:8080', origin: 'http://[::1]:8080' })).toBe('same');
  });

  test('without a Host, nobody is our own', () => {
    expect(originOf({ origin: 'https://social.example.com' }, ALLOWED)).toBe('foreign');
    expect(originOf({ origin: 'null' }, ALLOWED)).toBe('foreign');
    expect(originOf({ host: '', origin: 'file://' }, ALLOWED)).toBe('foreign');
  });

  test('whatever it is, it is the same only when it is let in or names our host', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (origin) => {
        expect(from({ origin })).toBe(ALLOWED.has(origin) ? 'same' : 'foreign');
      }),
    );
  });
});

describe('Sec-Fetch-Site, without an Origin', () => {
  test.each([
    ['same-origin', 'same'],
    ['same-site', 'foreign'],
    ['cross-site', 'foreign'],
    ['none', 'foreign'],
    ['', 'foreign'],
    ['same-origin, same-origin', 'foreign'],
  ])('%s is %s', (site, sign) => {
    expect(from({ 'sec-fetch-site': site })).toBe(sign);
  });
});

test('without a word of either there is no sign, whatever else is said', () => {
  expect(from({})).toBe('none');
  expect(from({ referer: 'https://social.example.com/', 'x-requested-with': 'fetch' })).toBe(
    'none',
  );
});

test.each([
  ['GET', true],
  ['HEAD', true],
  ['OPTIONS', true],
  ['POST', false],
  ['PUT', false],
  ['PATCH', false],
  ['DELETE', false],
  ['get', false],
  [undefined, false],
])('%s changes nothing: %s', (method, safe) => {
  expect(isSafe(method)).toBe(safe);
});
