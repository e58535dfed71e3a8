// Starts, refreshes and ends sessions: by cookies for browsers, by tokens for API clients.
import { clientAddressOf } from 'chassis/http/client-address';
import type { Answer } from 'chassis/http/answer';
import type { Route } from 'chassis/http/app';
import { parseBody } from 'chassis/http/input';
import { Problem } from 'chassis/http/problem';
import { requestGuard } from 'contracts/request';
import type { Credentials, NewUser, Session, TokenRequest } from 'contracts/types';
import type { Request } from 'express';
import type { Caller } from '../upstream/engine/call.ts';
import { UpstreamFailure } from '../upstream/engine/failure.ts';
import type { Result } from '../upstream/result.ts';
import type { RouteContext } from './context.ts';
import { unwrap } from './unwrap.ts';
import { callerOf } from './reply.ts';

/** Of API clients; a browser has a cookie instead. */
const DEVICE_TOKEN = 'X-Device-Token';

const checkNewUser = requestGuard('gateway', 'register');
const checkCredentials = requestGuard('gateway', 'login');
const checkTokenRequest = requestGuard('gateway', 'createToken');

/** A request without a viewer. It carries the client's address, by which Identity limits attempts. */
const anonymous = <T>(req: Request, body: T) => ({
  body,
  address: clientAddressOf(req),
  userAgent: req.headers['user-agent'],
});

export function authRoutes({ commands, sessions, requestDeadlineMs }: RouteContext): Route[] {
  /** Ends the session that a browser had before; when that fails, the log-in succeeds all the same. */
  const endFormerSession = async (req: Request, caller: Caller): Promise<void> => {
    // A token in Authorization is that of an API client, not of this browser.
    if (req.headers.authorization !== undefined) return;
    try {
      await commands.logOut(await sessions.viewerOf(req, caller), caller);
    } catch (error) {
      if (!(error instanceof Problem || error instanceof UpstreamFailure)) throw error;
    }
  };
  /** The answer to a browser: the user in the body, the tokens in cookies. */
  const begin = async (
    req: Request,
    result: Result<Session>,
    status: 200 | 201,
    caller: Caller,
  ): Promise<Answer> => {
    const session = unwrap(result);
    await endFormerSession(req, caller);
    sessions.begin(req, session);
    sessions.setDevice(req, result.deviceToken);
    const { user } = session;
    const location = status === 201 && { Location: `/api/users/${user.id}` };
    const headers = { ...result.headers, ...location };
    return { status, body: { user }, headers, cache: 'no-store' };
  };
  /** A browser without a session is logged out already; an API client gets the 401. */
  const withoutViewer =
    (req: Request) =>
    (error: unknown): undefined => {
      const isEnded = error instanceof Problem && error.slug === 'unauthenticated';
      // Not for a page of another site, and not while the session cannot be checked.
      if (isEnded) sessions.end(req);
      if (!isEnded || req.headers.authorization !== undefined) throw error;
    };
  return [
    {
      method: 'post',
      path: '/api/auth/register',
      body: true,
      async handle(req) {
        sessions.rejectForeign(req);
        const body = parseBody<NewUser>(checkNewUser, req.body);
        const caller = callerOf(req, requestDeadlineMs);
        return begin(req, await commands.register(anonymous(req, body), caller), 201, caller);
      },
    },
    {
      method: 'post',
      path: '/api/auth/login',
      body: true,
      async handle(req) {
        sessions.rejectForeign(req);
        const body = parseBody<Credentials>(checkCredentials, req.body);
        const caller = callerOf(req, requestDeadlineMs);
        const request = { ...anonymous(req, body), deviceToken: sessions.deviceTokenOf(req) };
        return begin(req, await commands.logIn(request, caller), 200, caller);
      },
    },
    {
      method: 'post',
      path: '/api/auth/refresh',
      async handle(req) {
        const user = await sessions.refreshNow(req, callerOf(req, requestDeadlineMs));
        return { body: { user }, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/api/auth/logout',
      async handle(req) {
        sessions.rejectForeign(req);
        const caller = callerOf(req, requestDeadlineMs);
        const viewer = await sessions.viewerOf(req, caller).catch(withoutViewer(req));
        // Until Identity has ended the session, the cookies stay: nobody else could repeat the log-out.
        if (viewer !== undefined) await commands.logOut(viewer, caller);
        sessions.end(req);
        return { status: 204 };
      },
    },
    {
      method: 'post',
      path: '/api/auth/token',
      body: true,
      async handle(req) {
        const body = parseBody<TokenRequest>(checkTokenRequest, req.body);
        const caller = callerOf(req, requestDeadlineMs);
        const { refreshToken: oldToken, username = '', password = '' } = body;
        const result =
          oldToken === undefined
            ? await commands.logIn(
                { ...anonymous(req, { username, password }), deviceToken: req.get(DEVICE_TOKEN) },
                caller,
              )
            : await commands.refreshSession(anonymous(req, { refreshToken: oldToken }), caller);
        const { accessToken, refreshToken, expiresIn } = unwrap(result);
        const headers = {
          ...result.headers,
          ...(result.deviceToken !== undefined && { [DEVICE_TOKEN]: result.deviceToken }),
        };
        return { body: { accessToken, refreshToken, expiresIn }, headers, cache: 'no-store' };
      },
    },
  ];
}
