// Pages that steer a process: those of its own admin port may, pages from elsewhere may not.
import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/**
 * A web page elsewhere must not steer us through its reader's browser. Who is no browser sends none of these headers.
 * @throws Problem 403
 */
export function requireSameOrigin({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if (site === undefined && origin === undefined) return;
  const sameSite = site === undefined || site === 'same-origin' || site === 'none';
  const sameOrigin = origin === undefined || URL.parse(origin)?.host === host;
  if (!sameSite || !sameOrigin || !isPrivateName(host))
    throw new Problem('forbidden', 'This is not steered from other pages');
}

/**
 * An address, or a name without a dot: nobody else can have that name. A page that is loaded from a name of its own may
 * let that name point here afterwards (DNS rebinding), and is of the same origin then.
 */
function isPrivateName(host: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return /^\[.+\]$|^[\d.]+$|^[\w-]+$/.test(name);
}
