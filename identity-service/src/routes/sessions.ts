// POST /api/sessions (login), POST /api/sessions/refresh, DELETE /api/sessions/current (logout).
import { clientAddressOf } from 'chassis/http/client-address';
import { type Authenticate, unauthenticated } from 'chassis/auth/access-token';
import { onDisconnectOf } from 'chassis/http/request-context';
import type { Route } from 'chassis/http/app';
import { parseBody } from 'chassis/http/input';
import type { Logins } from '../accounts/logins.ts';
import { sessionEnded } from '../accounts/rejections.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { AccessTokens } from '../sessions/access-tokens.ts';
import { credentials, refreshRequest } from './body-checks.ts';
import { deviceHeader, deviceTokenIn } from './device-header.ts';

export const sessionRoutes = (
  logins: Logins,
  sessions: Sessions,
  tokens: AccessTokens,
  authenticate: Authenticate,
): Route[] => [
  {
    method: 'post',
    path: '/api/sessions/refresh',
    body: true,
    async handle(req) {
      const { refreshToken } = parseBody(refreshRequest, req.body);
      const session = await sessions.refresh(refreshToken);
      if (session === undefined)
        throw unauthenticated('The refresh token is not valid or no longer valid');
      return { body: await tokens.issue(session), cache: 'no-store' };
    },
  },
  {
    method: 'post',
    path: '/api/sessions',
    body: true,
    async handle(req) {
      const { value: session, headers } = await logins.logIn(parseBody(credentials, req.body), {
        address: clientAddressOf(req),
        deviceToken: deviceTokenIn(req),
        userAgent: req.headers['user-agent'],
        onCancel: onDisconnectOf(req),
      });
      return {
        status: 201,
        body: await tokens.issue(session),
        cache: 'no-store',
        headers: { ...headers, ...deviceHeader(session.deviceToken) },
      };
    },
  },
  {
    method: 'delete',
    path: '/api/sessions/current',
    async handle(req) {
      const hasEnded = await sessions.end(await authenticate(req));
      if (!hasEnded) throw sessionEnded();
      return { status: 204 };
    },
  },
];
