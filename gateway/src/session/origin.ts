// Whether a browser's request comes from a page of ours: what keeps other pages from writing in its user's name.
import type { IncomingHttpHeaders } from 'node:http';

export type OriginSign = 'same' | 'foreign' | 'none';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafe = (method: string | undefined): boolean => SAFE.has(method ?? '');

/**
 * What a request's `Origin`, or else `Sec-Fetch-Site`, says (https://www.w3.org/TR/fetch-metadata/). Scripts can change
 * neither. `allowed` are the origins that may act for our users, beside our own.
 */
export function originOf(headers: IncomingHttpHeaders, allowed: ReadonlySet<string>): OriginSign {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) {
    if (allowed.has(origin)) return 'same';
    // TLS may end in front of us, so only the host is compared; `null` has none.
    const own = URL.parse(origin)?.host;
    return own !== undefined && own !== '' && own === host?.toLowerCase() ? 'same' : 'foreign';
  }
  if (site === undefined) return 'none';
  return site === 'same-origin' ? 'same' : 'foreign';
}
