// Identifies the viewer: a browser by its cookies, which are refreshed when they expire, an API client by its token.
import { requestContextOf } from 'chassis/http/request-context';
import { bearerToken, unauthenticated, type Verify, type Viewer } from 'chassis/auth/access-token';
import type { IncomingMessage } from 'node:http';
import { withDeadline, type Caller } from '../upstream/engine/call.ts';
import { UpstreamFailure } from '../upstream/engine/failure.ts';
import type { Session, User } from 'contracts/types';
import { cookiesOf, clearedCookies, deviceCookie, readCookies, type Tokens } from './cookies.ts';
import { isSafe, type KnownOrigins, originOf } from './origin.ts';
import { foreignOrigin, isInvalid, otherSite, rethrow } from './problems.ts';

export interface Sessions {
  /**
   * The user who sends the request. If this refreshes a browser's session, the answer carries the new cookies, even a problem.
   * @throws Problem 401; 403 for a browser's write from a page of another site; 503 while Identity's keys, or the
   * refreshed session, are unavailable
   */
  viewerOf(req: IncomingMessage, caller: Caller): Promise<Viewer>;
  /** Refreshes a browser's session now. @returns its user @throws as viewerOf */
  refreshNow(req: IncomingMessage, caller: Caller): Promise<User>;
  /** Makes the answer set the cookies of a session. */
  begin(req: IncomingMessage, tokens: Tokens): void;
  /** Makes the answer set the cookie of a device token; null deletes it, and undefined leaves it as it is. */
  setDevice(req: IncomingMessage, deviceToken: string | null | undefined): void;
  /** The browser's device token. */
  deviceTokenOf(req: IncomingMessage): string | undefined;
  /** Makes the answer delete the session from the browser. */
  end(req: IncomingMessage): void;
  /** @throws Problem 403 when a page of another site sends the request, even of an allowed origin: it can have no session */
  rejectForeign(req: IncomingMessage): void;
}

/** Uses a refresh token. @returns the new session; undefined for an invalid token @throws UpstreamFailure */
export type RefreshSession = (refreshToken: string, caller: Caller) => Promise<Session | undefined>;

export interface SessionOptions {
  readonly verify: Verify;
  readonly refresh: RefreshSession;
  readonly origins: KnownOrigins;
}

/** How early a token is refreshed, in milliseconds: it must not expire on its way to a service. */
const EARLY_MS = 5_000;

/** Adds the cookies to the answer, also if the answer is a problem. Later ones replace earlier ones of the same session. */
function setCookies(req: IncomingMessage, cookies: readonly string[]): void {
  const context = requestContextOf(req);
  context.headers = { ...context.headers, 'Set-Cookie': cookies };
}

function addCookie(req: IncomingMessage, cookie: string): void {
  const { 'Set-Cookie': others = [] } = requestContextOf(req).headers ?? {};
  setCookies(req, [others, cookie].flat());
}

export function createSessions({ verify, refresh, origins }: SessionOptions): Sessions {
  const publicHost = origins.own === undefined ? undefined : new URL(origins.own).host;
  /** The host as the browser sees it. */
  const hostOf = (req: IncomingMessage): string | undefined => publicHost ?? req.headers.host;
  const begin = (req: IncomingMessage, tokens: Tokens): void =>
    setCookies(req, cookiesOf(tokens, hostOf(req)));
  const end = (req: IncomingMessage): void => setCookies(req, clearedCookies(hostOf(req)));

  const requireOwnPage = (req: IncomingMessage): void => {
    if (!isSafe(req.method) && originOf(req.headers, origins) !== 'same') throw foreignOrigin();
  };

  const refreshed = async (
    req: IncomingMessage,
    token: string | undefined,
    caller: Caller,
  ): Promise<Session> => {
    if (token === undefined) throw unauthenticated('Log in first');
    // The request itself needs the other half of the time.
    const half = (caller.deadlineAt - performance.now()) / 2;
    const session = await refresh(token, withDeadline(caller, half));
    if (session === undefined) {
      end(req);
      throw unauthenticated('The session has ended: log in again');
    }
    begin(req, session);
    return session;
  };
  const viewerAfter = async (refreshing: Promise<Session>): Promise<Viewer> =>
    verify((await refreshing).accessToken);
  /** The viewer of a browser's access token; undefined when the token is absent, invalid or expired. */
  const viewerOfToken = async (access: string | undefined): Promise<Viewer | undefined> => {
    if (access === undefined) return undefined;
    try {
      return await verify(access);
    } catch (error) {
      if (isInvalid(error)) return undefined;
      throw error;
    }
  };

  const viewerOf = async (req: IncomingMessage, caller: Caller): Promise<Viewer> => {
    const { authorization, cookie } = req.headers;
    if (authorization !== undefined) return verify(bearerToken(req) ?? '');
    const { access, refresh: token } = readCookies(cookie, hostOf(req));
    if (access !== undefined || token !== undefined) requireOwnPage(req);
    const viewer = await viewerOfToken(access);
    if (viewer === undefined) return viewerAfter(refreshed(req, token, caller));
    if (token === undefined || viewer.expiresAt - Date.now() > EARLY_MS) return viewer;
    try {
      return await viewerAfter(refreshed(req, token, caller));
    } catch (error) {
      // The access token is still valid.
      if (error instanceof UpstreamFailure) return viewer;
      throw error;
    }
  };
  const refreshNow = async (req: IncomingMessage, caller: Caller): Promise<User> => {
    const { refresh: token } = readCookies(req.headers.cookie, hostOf(req));
    if (token !== undefined) requireOwnPage(req);
    return (await refreshed(req, token, caller)).user;
  };

  return {
    begin,
    end,
    setDevice(req, deviceToken) {
      if (deviceToken === undefined) return;
      addCookie(req, deviceCookie(deviceToken, hostOf(req)));
    },
    deviceTokenOf: (req) => readCookies(req.headers.cookie, hostOf(req)).device,
    viewerOf: (req, caller) => viewerOf(req, caller).catch(rethrow),
    refreshNow: (req, caller) => refreshNow(req, caller).catch(rethrow),
    rejectForeign(req) {
      if (originOf(req.headers, origins) === 'foreign') throw foreignOrigin();
      if (req.headers['sec-fetch-site'] === 'cross-site') throw otherSite();
    },
  };
}
