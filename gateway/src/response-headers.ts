// The headers of every answer: security rules for browsers, and CORS. Pure.
import type { IncomingMessage } from 'node:http';
import type { HeaderFields } from 'chassis/http/problem';
import { isLocal } from './session/cookies.ts';

/** An answer is data: browsers must not run it, frame it, or load it into other pages. Pages have a policy of their own. */
const SECURITY_HEADERS: HeaderFields = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  // For browsers without frame-ancestors.
  'X-Frame-Options': 'DENY',
};
/** With TLS, browsers must not use HTTP without TLS again (RFC 6797). */
const WITH_TLS: HeaderFields = {
  ...SECURITY_HEADERS,
  'Strict-Transport-Security': 'max-age=31536000',
};

const EXPOSED_HEADERS =
  'Cache-Status, Deprecation, ETag, Location, Preference-Applied, Proxy-Status, RateLimit, RateLimit-Policy, Retry-After, ' +
  'Server-Timing, Sunset, traceparent, X-Request-Id';
const ALLOWED_HEADERS =
  'Authorization, baggage, Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer, traceparent, tracestate, ' +
  'X-Request-Id';
const PREFLIGHT_S = '600';

/**
 * @param origins whose pages may read answers with cookies (CORS)
 * @param publicOrigin the origin that browsers see; the request's Host decides when it is undefined
 * @returns a function from a request to its headers
 */
export function headersFor(
  origins: ReadonlySet<string>,
  publicOrigin?: string,
): (req: Pick<IncomingMessage, 'method' | 'headers'>) => HeaderFields {
  const publicHost = publicOrigin === undefined ? undefined : new URL(publicOrigin).host;
  return ({ method, headers }) => {
    const always = isLocal(publicHost ?? headers.host) ? SECURITY_HEADERS : WITH_TLS;
    if (origins.size === 0) return always;
    const { origin } = headers;
    if (origin === undefined || !origins.has(origin)) return { ...always, Vary: 'Origin' };
    const isPreflight =
      method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    return {
      ...always,
      Vary: 'Origin',
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': EXPOSED_HEADERS,
      ...(isPreflight && {
        'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
        'Access-Control-Allow-Headers': ALLOWED_HEADERS,
        'Access-Control-Max-Age': PREFLIGHT_S,
      }),
    };
  };
}
