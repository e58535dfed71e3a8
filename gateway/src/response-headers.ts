// What every answer of the gateway carries: orders to browsers, and which other pages may read it. Pure.
import type { IncomingMessage } from 'node:http';
import type { HeaderFields } from 'chassis/http/problem';
import { isLocal } from './session/cookies.ts';

/** An answer is data: nothing of it is run, framed, or loaded into somebody else's page. Pages have their own policy. */
const HERE: HeaderFields = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  // For browsers that do not know frame-ancestors.
  'X-Frame-Options': 'DENY',
};
/** Where there is TLS, browsers never come without it again (RFC 6797). */
const ABROAD: HeaderFields = { ...HERE, 'Strict-Transport-Security': 'max-age=31536000' };

const READABLE =
  'Cache-Status, ETag, Location, Preference-Applied, Proxy-Status, RateLimit, RateLimit-Policy, Retry-After, ' +
  'Server-Timing, traceparent, X-Request-Id';
const SENDABLE =
  'Authorization, Content-Type, Idempotency-Key, If-None-Match, Prefer, traceparent, X-Request-Id';
const PREFLIGHT_S = '600';

/** Headers for the answer to a request. Only pages of `origins` may read it with their users' cookies (CORS). */
export function headersFor(
  origins: ReadonlySet<string>,
): (req: Pick<IncomingMessage, 'method' | 'headers'>) => HeaderFields {
  return ({ method, headers }) => {
    const always = isLocal(headers.host) ? HERE : ABROAD;
    if (origins.size === 0) return always;
    const { origin } = headers;
    if (origin === undefined || !origins.has(origin)) return { ...always, Vary: 'Origin' };
    const asksFirst =
      method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    return {
      ...always,
      Vary: 'Origin',
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': READABLE,
      ...(asksFirst && {
        'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
        'Access-Control-Allow-Headers': SENDABLE,
        'Access-Control-Max-Age': PREFLIGHT_S,
      }),
    };
  };
}
