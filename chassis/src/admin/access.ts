// Who may use the admin port: everybody on loopback, elsewhere only clients with a token.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../base/address.ts';
import { Problem } from '../http/problem.ts';
import { SettingsError } from '../settings/settings.ts';

export interface AdminAccessSettings {
  readonly ADMIN_HOST: string;
  readonly ADMIN_TOKEN?: string | undefined;
  readonly ADMIN_READ_TOKEN?: string | undefined;
  readonly ADMIN_OPEN?: boolean;
}

/** Checks a request before its route runs. @throws Problem 401, 403 */
export type AdminAccess = (req: Pick<IncomingMessage, 'headers' | 'method'>) => void;

/** A browser asks the reader for the token on 401, and sends it with the page's own requests, too (RFC 7617). */
const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="admin port", charset="UTF-8"' };

/**
 * Returns the check of each request. ADMIN_TOKEN allows everything, ADMIN_READ_TOKEN allows reading.
 * @throws SettingsError when the admin port can be reached from elsewhere and has no token
 */
export function adminAccess(settings: AdminAccessSettings): AdminAccess {
  const { ADMIN_HOST, ADMIN_TOKEN, ADMIN_READ_TOKEN, ADMIN_OPEN = false } = settings;
  if (ADMIN_TOKEN === undefined) {
    if (ADMIN_READ_TOKEN !== undefined)
      throw new SettingsError('ADMIN_READ_TOKEN is set, but ADMIN_TOKEN should be set, too.');
    if (!isLoopback(ADMIN_HOST) && !ADMIN_OPEN)
      throw new SettingsError(
        `ADMIN_HOST is ${JSON.stringify(ADMIN_HOST)}, which others can reach: set ADMIN_TOKEN, ` +
          'or ADMIN_OPEN=true if only operators can reach it.',
      );
    return () => undefined;
  }
  const mayAll = digestOf(ADMIN_TOKEN);
  const mayRead = digestOf(ADMIN_READ_TOKEN ?? ADMIN_TOKEN);
  return ({ headers, method }) => {
    const sent = digestOf(tokenOf(headers.authorization));
    if (timingSafeEqual(sent, mayAll)) return;
    if (!timingSafeEqual(sent, mayRead))
      throw new Problem('unauthenticated', 'The admin port needs its token', {
        headers: CHALLENGE,
      });
    if (method !== 'GET' && method !== 'HEAD')
      throw new Problem('forbidden', 'This token is only for reading');
  };
}

/** Returns the token of `Bearer TOKEN`, or the password of `Basic …` with any user name; '' without either. */
function tokenOf(authorization = ''): string {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return value;
  return Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
}

/** Digests have one length, so their comparison takes the same time whatever was sent. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
