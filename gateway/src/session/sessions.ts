// Who asks the gateway: a browser by its cookies, renewed when their time is over, or an API client by its token.
import { requestContextOf } from 'chassis/http/request-context';
import { bearerToken, unauthenticated, type Verify, type Viewer } from 'chassis/auth/access-token';
import { Problem } from 'chassis/http/problem';
import type { IncomingMessage } from 'node:http';
import { withDeadline, type Caller } from '../upstream/engine/call.ts';
import { proxyMember, UpstreamFailure } from '../upstream/engine/failure.ts';
import type { Session, User } from 'contracts/types';
import { cookiesOf, noCookies, readCookies, type Tokens } from './cookies.ts';
import { isSafe, originOf } from './origin.ts';

export interface Sessions {
  /**
   * Who asks. When it renews a browser's session, the answer carries the new cookies, whatever it is.
   * @throws Problem 401, and 403 for a browser's write that does not come from a page of ours
   * @throws Problem 503 when nobody can tell: the keys, or the session, cannot be had
   */
  viewerOf(req: IncomingMessage, caller: Caller): Promise<Viewer>;
  /** Renews a browser's session now, and says whose it is. @throws as viewerOf */
  renewNow(req: IncomingMessage, caller: Caller): Promise<User>;
  /** The answer will carry the cookies of a session. */
  begin(req: IncomingMessage, tokens: Tokens): void;
  /** The answer will end the session in the browser. */
  end(req: IncomingMessage): void;
  /** @throws Problem 403 when a page of somebody else sent it */
  refuseForeign(req: IncomingMessage): void;
}

/** The session after a refresh token was used; undefined when that is not, or no longer, good. Throws UpstreamFailure. */
export type Renew = (refreshToken: string, caller: Caller) => Promise<Session | undefined>;

export interface SessionOptions {
  readonly verify: Verify;
  readonly renew: Renew;
  /** Origins whose pages may act for our users, beside our own. */
  readonly origins: ReadonlySet<string>;
}

/** A token that ends so soon might have ended before a service looks at it. In milliseconds. */
const EARLY_MS = 5_000;

const notSame = (): Problem =>
  new Problem('forbidden', 'A session by cookies is used for changes from our own pages only');

/** Never a 401: the browser would take it for the end of its session. */
const notNow = (failure: UpstreamFailure): Problem =>
  new Problem('upstream-unavailable', 'The session cannot be checked now, but it is not over', {
    headers: {
      'Proxy-Status': proxyMember(failure),
      'Retry-After': String(failure.retryAfterS),
    },
    cause: failure,
    reason: `${failure.upstream}: ${failure.kind}`,
  });

const rethrow = (error: unknown): never => {
  throw error instanceof UpstreamFailure ? notNow(error) : error;
};

const isRefused = (error: unknown): boolean =>
  error instanceof Problem && error.slug === 'unauthenticated';

/** Every answer from now on carries them, a problem too. */
function setCookies(req: IncomingMessage, cookies: string[]): void {
  const context = requestContextOf(req);
  context.headers = { ...context.headers, 'Set-Cookie': cookies };
}

const begin = (req: IncomingMessage, tokens: Tokens): void =>
  setCookies(req, cookiesOf(tokens, req.headers.host));

const end = (req: IncomingMessage): void => setCookies(req, noCookies(req.headers.host));

export function createSessions({ verify, renew, origins }: SessionOptions): Sessions {
  const refuseOthers = (req: IncomingMessage): void => {
    if (!isSafe(req.method) && originOf(req.headers, origins) !== 'same') throw notSame();
  };

  const renewed = async (
    req: IncomingMessage,
    refresh: string | undefined,
    caller: Caller,
  ): Promise<Session> => {
    if (refresh === undefined) throw unauthenticated('Log in first');
    // What comes after it needs time, too.
    const half = (caller.deadlineAt - performance.now()) / 2;
    const session = await renew(refresh, withDeadline(caller, half));
    if (session === undefined) {
      end(req);
      throw unauthenticated('The session is over: log in again');
    }
    begin(req, session);
    return session;
  };
  const viewerAfter = async (renewing: Promise<Session>): Promise<Viewer> =>
    verify((await renewing).accessToken);
  /** The viewer of a token that a browser sent; undefined when it is none, or not any more. */
  const known = async (access: string | undefined): Promise<Viewer | undefined> => {
    if (access === undefined) return undefined;
    try {
      return await verify(access);
    } catch (error) {
      if (isRefused(error)) return undefined;
      throw error;
    }
  };

  const viewerOf = async (req: IncomingMessage, caller: Caller): Promise<Viewer> => {
    const { authorization, cookie, host } = req.headers;
    if (authorization !== undefined) return verify(bearerToken(req) ?? '');
    const { access, refresh } = readCookies(cookie, host);
    if (access !== undefined || refresh !== undefined) refuseOthers(req);
    const viewer = await known(access);
    if (viewer === undefined) return viewerAfter(renewed(req, refresh, caller));
    if (refresh === undefined || viewer.expiresAt - Date.now() > EARLY_MS) return viewer;
    try {
      return await viewerAfter(renewed(req, refresh, caller));
    } catch (error) {
      // The token is still good for a moment.
      if (error instanceof UpstreamFailure) return viewer;
      throw error;
    }
  };
  const renewNow = async (req: IncomingMessage, caller: Caller): Promise<User> => {
    const { refresh } = readCookies(req.headers.cookie, req.headers.host);
    if (refresh !== undefined) refuseOthers(req);
    return (await renewed(req, refresh, caller)).user;
  };

  return {
    begin,
    end,
    viewerOf: (req, caller) => viewerOf(req, caller).catch(rethrow),
    renewNow: (req, caller) => renewNow(req, caller).catch(rethrow),
    refuseForeign(req) {
      if (originOf(req.headers, origins) === 'foreign') throw notSame();
    },
  };
}
