// Whether a browser's request comes from a page of ours. Keeps other pages from writing as the user (CSRF).
import type { IncomingHttpHeaders } from 'node:http';
import { isLocal } from './cookies.ts';

/** `none`: the request has neither of the two headers. */
export type RequestOrigin = 'same' | 'foreign' | 'none';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafe = (method: string | undefined): boolean => SAFE.has(method ?? '');

export interface KnownOrigins {
  /** The origin that browsers see; the request's Host decides when it is undefined. */
  readonly own?: string | undefined;
  /** Origins beside our own whose pages may act for our users. */
  readonly allowed: ReadonlySet<string>;
}

/**
 * Reads `Origin` and `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/). Scripts cannot change these headers. When we
 * know our own origin, a request is ours only when none of them says otherwise. When we do not, the browser's own word comes
 * first: it compared what it sees, while a proxy may have changed the Host that we see.
 */
export function originOf(headers: IncomingHttpHeaders, known: KnownOrigins): RequestOrigin {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && known.allowed.has(origin)) return 'same';
  if (origin === undefined && site === undefined) return 'none';
  if (known.own === undefined && site !== undefined)
    return site === 'same-origin' ? 'same' : 'foreign';
  const isOwn = origin === undefined || isOwnOrigin(origin, host, known.own);
  return isOwn && (site === undefined || site === 'same-origin') ? 'same' : 'foreign';
}

function isOwnOrigin(
  text: string,
  host: string | undefined,
  ownOrigin: string | undefined,
): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  if (ownOrigin !== undefined) return url.origin === ownOrigin;
  // Cookies travel without TLS only on the browser's own machine. A proxy may end TLS, so our own scheme says nothing.
  const hasScheme = url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(host));
  return hasScheme && url.host === host?.toLowerCase();
}
