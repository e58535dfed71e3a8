// What every answer carries: orders to browsers, and whose pages may read it.
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
const closed = headersFor(new Set());
const opened = headersFor(new Set([APP, ADMIN]));
/** How a browser asks whether it may. */
const asks = (origin: string) =>
  request({ origin, 'access-control-request-method': 'PATCH' }, 'OPTIONS');

const corsOf = (headers: object): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('Access-Control-'));

describe('orders to browsers', () => {
  test('nothing of an answer is run, framed, loaded elsewhere, or told to whom it links', () => {
    for (const origins of [closed, opened])
      expect(origins(request({}))).toMatchObject({
        'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
        'Cross-Origin-Resource-Policy': 'same-origin',
        'Referrer-Policy': 'no-referrer',
        'X-Frame-Options': 'DENY',
      });
  });

  test('where there is TLS, it is for good', () => {
    expect(closed(request({}))).toMatchObject({ 'Strict-Transport-Security': 'max-age=31536000' });
  });

  test.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080'])(
    'at %s nobody is told to come by TLS only',
    (host) => {
      expect(closed(request({ host }))).not.toHaveProperty('Strict-Transport-Security');
      expect(opened(request({ host, origin: APP }))).not.toHaveProperty(
        'Strict-Transport-Security',
      );
    },
  );
});

describe('closed, as it is when nobody is named', () => {
  test('no page elsewhere may read anything, and the answer depends on no Origin', () => {
    for (const each of [request({}), request({ origin: APP }), asks(APP)]) {
      expect(corsOf(closed(each))).toEqual([]);
      expect(closed(each)).not.toHaveProperty('Vary');
    }
  });
});

describe('open to some', () => {
  test.each([APP, ADMIN])('%s may read, with its users’ cookies', (origin) => {
    expect(opened(request({ origin }))).toMatchObject({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      Vary: 'Origin',
    });
  });

  test('what an answer says of itself can be read', () => {
    const { 'Access-Control-Expose-Headers': exposed } = opened(request({ origin: APP }));
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
  ])('%s may not, and is told apart', (origin) => {
    const headers = opened(request(origin === undefined ? {} : { origin }));
    expect(corsOf(headers)).toEqual([]);
    expect(headers['Vary']).toBe('Origin');
  });

  test('whoever asks, nobody but those is let in, and never everybody', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom(APP, ADMIN)), (origin) => {
        const { 'Access-Control-Allow-Origin': allowed } = opened(request({ origin }));
        expect(allowed).toBe([APP, ADMIN].includes(origin) ? origin : undefined);
      }),
    );
  });

  test('who asks first hears what may be sent, and need not ask again soon', () => {
    const headers = opened(asks(APP));
    expect(headers).toMatchObject({
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
      'Access-Control-Max-Age': '600',
    });
    expect(String(headers['Access-Control-Allow-Headers']).split(', ')).toEqual(
      expect.arrayContaining(['Authorization', 'Content-Type', 'Idempotency-Key', 'Prefer']),
    );
  });

  test('who does not ask first, or is not let in, hears nothing of that', () => {
    for (const each of [
      request({ origin: APP }, 'OPTIONS'),
      request({ origin: APP, 'access-control-request-method': 'PUT' }, 'GET'),
      asks('https://evil.example'),
    ])
      expect(opened(each)).not.toHaveProperty('Access-Control-Allow-Methods');
  });
});
