// The headers of every answer: security policies for browsers, and CORS.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { headersFor } from '../../src/response-headers.ts';

const APP = 'https://app.example.net';
const ADMIN = 'https://admin.example.net';

type Headers = Readonly<Record<string, string>>;

const request = (headers: Headers, method = 'GET') => ({
  method,
  headers: { host: 'social.example.com', ...headers },
});
const withoutOrigins = headersFor(new Set());
const withOrigins = headersFor(new Set([APP, ADMIN]));
/** The preflight request of a browser. */
const preflight = (origin: string) =>
  request({ origin, 'access-control-request-method': 'PATCH' }, 'OPTIONS');

const corsOf = (headers: object): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('Access-Control-'));

describe('security headers', () => {
  test('forbid scripts, frames, loading by other origins, and referrers', () => {
    for (const headersOf of [withoutOrigins, withOrigins])
      expect(headersOf(request({}))).toMatchObject({
        'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
        'Cross-Origin-Resource-Policy': 'same-origin',
        'Referrer-Policy': 'no-referrer',
        'X-Frame-Options': 'DENY',
      });
  });

  test('require TLS for a year outside localhost', () => {
    expect(withoutOrigins(request({}))).toMatchObject({
      'Strict-Transport-Security': 'max-age=31536000',
    });
  });

  test.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])(
    'do not require TLS at %s',
    (host) => {
      expect(withoutOrigins(request({ host }))).not.toHaveProperty('Strict-Transport-Security');
      expect(withOrigins(request({ host, origin: APP }))).not.toHaveProperty(
        'Strict-Transport-Security',
      );
    },
  );
});

describe('CORS without allowed origins', () => {
  test('allows no page to read an answer, and does not vary by Origin', () => {
    for (const each of [request({}), request({ origin: APP }), preflight(APP)]) {
      expect(corsOf(withoutOrigins(each))).toEqual([]);
      expect(withoutOrigins(each)).not.toHaveProperty('Vary');
    }
  });
});

describe('CORS with allowed origins', () => {
  test.each([APP, ADMIN])('allows %s to read, with its users’ cookies', (origin) => {
    expect(withOrigins(request({ origin }))).toMatchObject({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      Vary: 'Origin',
    });
  });

  test('exposes the headers about the answer', () => {
    const { 'Access-Control-Expose-Headers': exposed } = withOrigins(request({ origin: APP }));
    expect(String(exposed).split(', ')).toEqual(
      expect.arrayContaining(['ETag', 'Retry-After', 'RateLimit', 'Location', 'Proxy-Status']),
    );
  });

  test.each([
    undefined,
    'null',
    '*',
    'https://evil.example',
    `${APP}.evil.example`,
    `${APP}:8443`,
    'http://app.example.net',
    APP.toUpperCase(),
    `${APP},${ADMIN}`,
  ])('does not allow %s to read, and varies by Origin', (origin) => {
    const headers = withOrigins(request(origin === undefined ? {} : { origin }));
    expect(corsOf(headers)).toEqual([]);
    expect(headers['Vary']).toBe('Origin');
  });

  test('allows exactly the named origins, and never every origin', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom(APP, ADMIN)), (origin) => {
        const { 'Access-Control-Allow-Origin': allowed } = withOrigins(request({ origin }));
        expect(allowed).toBe([APP, ADMIN].includes(origin) ? origin : undefined);
      }),
    );
  });

  test('answers a preflight request with the allowed methods and headers, to be cached for ten minutes', () => {
    const headers = withOrigins(preflight(APP));
    expect(headers).toMatchObject({
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
      'Access-Control-Max-Age': '600',
    });
    expect(String(headers['Access-Control-Allow-Headers']).split(', ')).toEqual(
      expect.arrayContaining(['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer']),
    );
  });

  test('names allowed methods only in preflight answers to allowed origins', () => {
    for (const each of [
      request({ origin: APP }, 'OPTIONS'),
      request({ origin: APP, 'access-control-request-method': 'PUT' }, 'GET'),
      preflight('https://evil.example'),
    ])
      expect(withOrigins(each)).not.toHaveProperty('Access-Control-Allow-Methods');
  });
});
