// A browser's session: two cookies that no script can read. Pure.
import { parseCookie, stringifySetCookie } from 'cookie';

/** The two tokens of a session, as a browser keeps them. */
export interface Cookies {
  readonly access: string | undefined;
  readonly refresh: string | undefined;
}

/** What is put into the cookies; `expiresIn` in seconds. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

// How long a browser keeps a session that it does not use: as long as browsers do. Identity decides when it is over.
const KEPT_S = 400 * 24 * 3600;
const COOKIES_MAX = 8192;

/** Whether the browser asks its own machine: there, and only there, cookies travel without TLS. */
export function isLocal(host: string | undefined): boolean {
  const name = URL.parse(`http://${host ?? ''}`)?.hostname ?? '';
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}

// `__Host-` (RFC 6265bis, section 4.1.3.2): no other host of the domain can set it, and it never travels without TLS.
const nameOf = (kind: keyof Cookies, local: boolean): string => (local ? kind : `__Host-${kind}`);

/** The session in a Cookie header; `host` is the request's own. */
export function readCookies(header: string | undefined, host: string | undefined): Cookies {
  if (header === undefined || header.length > COOKIES_MAX)
    return { access: undefined, refresh: undefined };
  const local = isLocal(host);
  const all = parseCookie(header);
  return { access: all[nameOf('access', local)], refresh: all[nameOf('refresh', local)] };
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

/** Set-Cookie for a session that began or was renewed. */
export const cookiesOf = (tokens: Tokens, host: string | undefined): string[] => [
  setCookie('access', tokens.accessToken, tokens.expiresIn, host),
  setCookie('refresh', tokens.refreshToken, KEPT_S, host),
];

/** Set-Cookie that ends a session in the browser. */
export const noCookies = (host: string | undefined): string[] => [
  setCookie('access', '', 0, host),
  setCookie('refresh', '', 0, host),
];
