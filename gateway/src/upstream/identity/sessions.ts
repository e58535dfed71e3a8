// Sessions at Identity: begun, renewed, ended.
import { schemaGuard } from 'contracts/guard';
import type { Credentials, Session } from 'contracts/types';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { bearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { done, rejections, type Result } from '../result.ts';

const isSession = schemaGuard<Session>('identity', 'Session');

/** Of nobody yet; `address` is the client's, so that Identity can count its attempts. */
export interface AnonymousRequest<T> {
  readonly body: T;
  readonly address: string | undefined;
}

const forwarded = ({ address }: AnonymousRequest<unknown>): Record<string, string> =>
  address === undefined ? {} : { 'x-forwarded-for': address };

/** Only what the contract names: what else Identity knows of a user is nobody's. */
const keepSession = ({ user, accessToken, refreshToken, expiresIn }: Session): Session => ({
  user: { id: user.id, username: user.username },
  accessToken,
  refreshToken,
  expiresIn,
});

/** Begins a session: by registering, with a password, with a refresh token. */
export function sessionEndpoint<T>(
  name: string,
  path: string,
  status: 200 | 201,
  refused: readonly number[],
  { one }: SizeLimits,
): Endpoint<AnonymousRequest<T>, Result<Session>> {
  return {
    name,
    method: 'POST',
    target: () => path,
    headers: forwarded,
    body: ({ body }) => body,
    maxBytes: () => one,
    readers: {
      ...rejections(...refused),
      [status]: (body: unknown, _question: unknown, headers) =>
        isSession(body) ? done(keepSession(body), headers) : undefined,
    },
  };
}

export const logIn = (bounds: SizeLimits) =>
  sessionEndpoint<Credentials>('log_in', '/api/sessions', 201, [400, 401, 429], bounds);
/** Refused only when the token is no good: whatever else Identity says ends no session. */
export const refreshSession = (bounds: SizeLimits) =>
  sessionEndpoint<{ readonly refreshToken: string }>(
    'renew_session',
    '/api/sessions/refresh',
    200,
    [400, 401],
    bounds,
  );

export const logOut = ({ one }: SizeLimits): Endpoint<OnBehalfOf, Result<null>> => ({
  name: 'log_out',
  method: 'DELETE',
  target: () => '/api/sessions/current',
  headers: bearer,
  maxBytes: () => one,
  readers: { ...rejections(401), 204: () => done(null) },
});
