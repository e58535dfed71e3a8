// Protects the admin port from web pages: only pages of the process's own admin port may read it and send actions.
import type { IncomingMessage } from 'node:http';
import { Problem } from '../http/problem.ts';

/**
 * Refuses requests that a browser sends for a page of another origin (CSRF). Clients that are not browsers send none of
 * these headers.
 * @throws Problem 403
 */
export function requireSameOrigin({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if (site === undefined && origin === undefined) return;
  const sameSite = site === undefined || site === 'same-origin' || site === 'none';
  const sameOrigin = origin === undefined || URL.parse(origin)?.host === host;
  if (!sameSite || !sameOrigin || host === '')
    throw new Problem('forbidden', 'Requests from pages of another origin are not allowed');
}

/**
 * Refuses a request for a host that somebody on the internet could own. An attacker could load a page from a domain, and
 * then point the domain to this process: the page would have the same origin, and could read everything (DNS rebinding).
 * @param names further hosts that are ours, in lower case
 * @throws Problem 403
 */
export function requireOwnHost(
  { headers: { host } }: Pick<IncomingMessage, 'headers'>,
  names: readonly string[] = [],
): void {
  // Only HTTP/1.0 lacks a Host, and no browser speaks it.
  if (host === undefined || isPrivateName(host, names)) return;
  throw new Problem('forbidden', 'Not a host of this process; ADMIN_NAMES has further names');
}

/** Suffixes that are never delegated in the public DNS (RFC 6761, RFC 6762; ICANN for `internal`), or that clusters use. */
const PRIVATE_SUFFIX = /\.(?:localhost|local|internal|svc)$/;

/** Whether the host is an address, a name without a dot, a name of a private network, or one of ours. */
function isPrivateName(host: string, names: readonly string[]): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return (
    /^\[.+\]$|^[\d.]+$|^[\w-]+$/.test(name) || PRIVATE_SUFFIX.test(name) || names.includes(name)
  );
}
