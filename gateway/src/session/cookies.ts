// A browser's session: two cookies that no script can read, and a third that stays when the session ends. Pure.
import { parseCookie, stringifySetCookie } from 'cookie';

/** The tokens of a session, as a browser sends them. */
export interface Cookies {
  readonly access: string | undefined;
  readonly refresh: string | undefined;
  /** By which Identity recognizes the device at its next log-in. */
  readonly device: string | undefined;
}

/** The tokens that the cookies hold; `expiresIn` is in seconds. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

// The longest that browsers keep a cookie. Identity decides when a session ends, and when a device token is outdated.
const KEPT_S = 400 * 24 * 3600;

/** Whether the host is the browser's own machine: only there, cookies travel without TLS. */
export function isLocal(host: string | undefined): boolean {
  const name = URL.parse(`http://${host ?? ''}`)?.hostname ?? '';
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}

// `__Host-` (RFC 6265bis, section 4.1.3.2): no other host of the domain can set it, and it never travels without TLS.
const nameOf = (kind: keyof Cookies, local: boolean): string => (local ? kind : `__Host-${kind}`);

/** Reads the session from a Cookie header; `host` is the Host header of the same request. */
export function readCookies(header: string | undefined, host: string | undefined): Cookies {
  if (header === undefined) return { access: undefined, refresh: undefined, device: undefined };
  const local = isLocal(host);
  const cookies = parseCookie(header);
  const valueOf = (kind: keyof Cookies) => cookies[nameOf(kind, local)];
  return { access: valueOf('access'), refresh: valueOf('refresh'), device: valueOf('device') };
}

function setCookie(
  kind: keyof Cookies,
  value: string,
  maxAge: number,
  host: string | undefined,
): string {
  const local = isLocal(host);
  return stringifySetCookie({
    name: nameOf(kind, local),
    value,
    maxAge,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: !local,
  });
}

/** Set-Cookie for a session that was started or refreshed. */
export const cookiesOf = (tokens: Tokens, host: string | undefined): string[] => [
  setCookie('access', tokens.accessToken, tokens.expiresIn, host),
  setCookie('refresh', tokens.refreshToken, KEPT_S, host),
];

/** Set-Cookie for a device token; null deletes it. */
export const deviceCookie = (token: string | null, host: string | undefined): string =>
  token === null ? setCookie('device', '', 0, host) : setCookie('device', token, KEPT_S, host);

/** Set-Cookie that deletes the session from the browser. */
export const clearedCookies = (host: string | undefined): string[] => [
  setCookie('access', '', 0, host),
  setCookie('refresh', '', 0, host),
];
