// Protects admin actions: pages of the process's own admin port may send them, other web pages may not.
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
  if (!sameSite || !sameOrigin || !isPrivateName(host))
    throw new Problem('forbidden', 'Requests from pages of another origin are not allowed');
}

/**
 * Whether the host is an address, or a name without a dot, which an attacker cannot own. An attacker could load a page
 * from a domain, and then point the domain to this process: the page would have the same origin (DNS rebinding).
 */
function isPrivateName(host: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return /^\[.+\]$|^[\d.]+$|^[\w-]+$/.test(name);
}
