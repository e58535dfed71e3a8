// Beginning, renewing and ending a session: by cookies for browsers, by tokens for API clients.
import type { Answer } from 'chassis/http/answer';
import type { Route } from 'chassis/http/app';
import { parseBody } from 'chassis/http/input';
import { Problem } from 'chassis/http/problem';
import { requestGuard } from 'contracts/request';
import type { Credentials, NewUser, Session, TokenRequest } from 'contracts/types';
import type { Request } from 'express';
import type { Result } from '../upstream/outcome.ts';
import type { RouteContext } from './context.ts';
import { unwrap } from './outcome.ts';
import { callerOf } from './reply.ts';

const checkNewUser = requestGuard('gateway', 'register');
const checkCredentials = requestGuard('gateway', 'login');
const checkTokenRequest = requestGuard('gateway', 'createToken');

const askedBy = <T>(req: Request, body: T) => ({ body, address: req.ip });

export function authRoutes({ commands, sessions, requestDeadlineMs }: RouteContext): Route[] {
  /** The answer to a browser: who it is, in the body; the tokens, in cookies. */
  const begin = (req: Request, outcome: Result<Session>, status: 200 | 201): Answer => {
    const session = unwrap(outcome);
    sessions.begin(req, session);
    const { user } = session;
    const place = status === 201 && { Location: `/api/users/${user.id}` };
    const headers = { ...outcome.headers, ...place };
    return { status, body: { user }, headers, cache: 'no-store' };
  };
  /** A browser without a session has what it wants; an API client hears that its token is not good. */
  const notKnown =
    (req: Request) =>
    (error: unknown): undefined => {
      const slug = error instanceof Problem ? error.slug : undefined;
      // A page that is not ours may not even make the browser forget.
      if (slug !== 'forbidden') sessions.end(req);
      if (slug !== 'unauthenticated' || req.headers.authorization !== undefined) throw error;
    };
  return [
    {
      method: 'post',
      path: '/api/auth/register',
      body: true,
      async handle(req) {
        sessions.refuseForeign(req);
        const body = parseBody<NewUser>(checkNewUser, req.body);
        const caller = callerOf(req, requestDeadlineMs);
        return begin(req, await commands.register(askedBy(req, body), caller), 201);
      },
    },
    {
      method: 'post',
      path: '/api/auth/login',
      body: true,
      async handle(req) {
        sessions.refuseForeign(req);
        const body = parseBody<Credentials>(checkCredentials, req.body);
        const caller = callerOf(req, requestDeadlineMs);
        return begin(req, await commands.logIn(askedBy(req, body), caller), 200);
      },
    },
    {
      method: 'post',
      path: '/api/auth/refresh',
      async handle(req) {
        const user = await sessions.renewNow(req, callerOf(req, requestDeadlineMs));
        return { body: { user }, cache: 'no-store' };
      },
    },
    {
      method: 'post',
      path: '/api/auth/logout',
      async handle(req) {
        sessions.refuseForeign(req);
        const caller = callerOf(req, requestDeadlineMs);
        const viewer = await sessions.viewerOf(req, caller).catch(notKnown(req));
        // Whatever becomes of it, this browser forgets the session; it may have been renewed to be ended.
        sessions.end(req);
        if (viewer !== undefined) await commands.logOut(viewer, caller);
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
        const { refreshToken: used, username = '', password = '' } = body;
        const outcome =
          used === undefined
            ? await commands.logIn(askedBy(req, { username, password }), caller)
            : await commands.refreshSession(askedBy(req, { refreshToken: used }), caller);
        const { accessToken, refreshToken, expiresIn } = unwrap(outcome);
        const { headers } = outcome;
        return { body: { accessToken, refreshToken, expiresIn }, headers, cache: 'no-store' };
      },
    },
  ];
}
