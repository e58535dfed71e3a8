// The origin of a request, according to the browser's headers.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isSafe, originOf, type KnownOrigins } from '../../src/session/origin.ts';

const APP = 'https://app.example.net';
const ALLOWED = { allowed: new Set([APP]) };
const HOST = 'social.example.com';

const from = (headers: Readonly<Record<string, string>>, allowed: KnownOrigins = ALLOWED) =>
  originOf({ host: HOST, ...headers }, allowed);

describe('Origin', () => {
  test.each([
    ['our own origin behind TLS', 'https://social.example.com', 'same'],
    ['our own origin without TLS', 'http://social.example.com', 'foreign'],
    ['our own host by FTP', 'ftp://social.example.com', 'foreign'],
    ['our own origin in capitals', 'https://SOCIAL.example.com', 'same'],
    ['an allowed origin', APP, 'same'],
    ['another port of our host', 'https://social.example.com:8443', 'foreign'],
    ['a subdomain of our host', 'https://evil.social.example.com', 'foreign'],
    ['the parent domain of our host', 'https://example.com', 'foreign'],
    ['a host that begins like ours', 'https://social.example.com.evil.org', 'foreign'],
    ['a host that ends like ours', 'https://notsocial.example.com', 'foreign'],
    ['an allowed origin on another port', `${APP}:444`, 'foreign'],
    ['an allowed origin without TLS', 'http://app.example.net', 'foreign'],
    ['the origin of a sandbox or a file', 'null', 'foreign'],
    ['text that is no origin', 'social.example.com', 'foreign'],
    ['an empty text', '', 'foreign'],
    ['the URL of a file', 'file://', 'foreign'],
    ['the origin of an extension', 'chrome-extension://social.example.com.x', 'foreign'],
  ])('%s, %s, is %s', (_, origin, expected) => {
    expect(from({ origin })).toBe(expected);
    // With PUBLIC_ORIGIN, Sec-Fetch-Site does not change that.
    if (expected === 'foreign')
      expect(
        from(
          { origin, 'sec-fetch-site': 'same-origin' },
          { ...ALLOWED, own: 'https://social.example.com' },
        ),
      ).toBe(expected);
  });

  test('does not count without PUBLIC_ORIGIN when the browser itself says same-origin: a proxy may have changed the Host', () => {
    const headers = { host: 'gateway.internal:8080', origin: 'https://social.example.com' };
    expect(from(headers)).toBe('foreign');
    expect(from({ ...headers, 'sec-fetch-site': 'same-origin' })).toBe('same');
    expect(from({ ...headers, 'sec-fetch-site': 'same-site' })).toBe('foreign');
  });

  test.each([
    ['same-origin', 'same'],
    ['same-site', 'foreign'],
    ['cross-site', 'foreign'],
    ['none', 'foreign'],
  ])('that is our own is not ours when Sec-Fetch-Site, %s, contradicts', (site, expected) => {
    expect(from({ origin: 'https://social.example.com', 'sec-fetch-site': site })).toBe(expected);
  });

  test('is compared as a whole with PUBLIC_ORIGIN, whatever the Host', () => {
    const known = { ...ALLOWED, own: 'https://app.example.com' };
    const of = (origin: string, host: string) => originOf({ origin, host }, known);
    expect(of('https://app.example.com', 'gateway.internal')).toBe('same');
    expect(of(APP, 'gateway.internal')).toBe('same');
    for (const origin of [
      'http://app.example.com',
      'https://app.example.com:8443',
      'https://gateway.internal',
      'ftp://app.example.com',
      'null',
    ])
      expect(of(origin, 'gateway.internal')).toBe('foreign');
  });

  test('with our host and a port is the same only with the same port', () => {
    expect(from({ host: 'localhost:8080', origin: 'http://localhost:8080' })).toBe('same');
    expect(from({ host: 'localhost:8080', origin: 'http://localhost:3000' })).toBe('foreign');
    expect(from({ host: '[::1]:8080', origin: 'http://[::1]:8080' })).toBe('same');
  });

  test('is foreign in a request without a Host', () => {
    expect(originOf({ origin: 'https://social.example.com' }, ALLOWED)).toBe('foreign');
    expect(originOf({ origin: 'null' }, ALLOWED)).toBe('foreign');
    expect(originOf({ host: '', origin: 'file://' }, ALLOWED)).toBe('foreign');
  });

  test('is the same only when it is allowed or names our host', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (origin) => {
        expect(from({ origin })).toBe(ALLOWED.allowed.has(origin) ? 'same' : 'foreign');
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
  ])('%s is %s', (site, expected) => {
    expect(from({ 'sec-fetch-site': site })).toBe(expected);
  });
});

test('without either header the origin is none, whatever other headers say', () => {
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
])('isSafe of the method %s is %s', (method, safe) => {
  expect(isSafe(method)).toBe(safe);
});
