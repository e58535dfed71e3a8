// Whether a browser's request comes from a page of ours. Keeps other pages from writing as the user (CSRF).
import type { IncomingHttpHeaders } from 'node:http';

/** `none`: the request has neither of the two headers. */
export type RequestOrigin = 'same' | 'foreign' | 'none';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafe = (method: string | undefined): boolean => SAFE.has(method ?? '');

/**
 * Reads `Origin`, or else `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/). Scripts cannot change these headers.
 * @param allowed origins beside our own whose pages may act for our users
 */
export function originOf(
  headers: IncomingHttpHeaders,
  allowed: ReadonlySet<string>,
): RequestOrigin {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) {
    if (allowed.has(origin)) return 'same';
    // Compares the host only, because a proxy may terminate TLS; the origin `null` has no host.
    const own = URL.parse(origin)?.host;
    return own !== undefined && own !== '' && own === host?.toLowerCase() ? 'same' : 'foreign';
  }
  if (site === undefined) return 'none';
  return site === 'same-origin' ? 'same' : 'foreign';
}
