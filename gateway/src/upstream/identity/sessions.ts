// Sessions at Identity: begun, renewed, ended.
import { schemaGuard } from 'contracts/guard';
import type { Credentials, Session } from 'contracts/types';
import type { Bounds, Operation } from '../engine/endpoint.ts';
import { bearer, type InName } from '../on-behalf-of.ts';
import { done, refusals, type Outcome } from '../outcome.ts';

const isSession = schemaGuard<Session>('identity', 'Session');

/** Of nobody yet; `address` is the client's, so that Identity can count its attempts. */
export interface FromAddress<T> {
  readonly body: T;
  readonly address: string | undefined;
}

const forwarded = ({ address }: FromAddress<unknown>): Record<string, string> =>
  address === undefined ? {} : { 'x-forwarded-for': address };

/** Only what the contract names: what else Identity knows of a user is nobody's. */
const keepSession = ({ user, accessToken, refreshToken, expiresIn }: Session): Session => ({
  user: { id: user.id, username: user.username },
  accessToken,
  refreshToken,
  expiresIn,
});

/** Begins a session: by registering, with a password, with a refresh token. */
export function sessionOperation<T>(
  name: string,
  path: string,
  status: 200 | 201,
  refused: readonly number[],
  { one }: Bounds,
): Operation<FromAddress<T>, Outcome<Session>> {
  return {
    name,
    method: 'POST',
    target: () => path,
    headers: forwarded,
    body: ({ body }) => body,
    maxBytes: () => one,
    answers: {
      ...refusals(...refused),
      [status]: (body: unknown, _question: unknown, headers) =>
        isSession(body) ? done(keepSession(body), headers) : undefined,
    },
  };
}

export const logIn = (bounds: Bounds) =>
  sessionOperation<Credentials>('log_in', '/api/sessions', 201, [400, 401, 429], bounds);
/** Refused only when the token is no good: whatever else Identity says ends no session. */
export const renewSession = (bounds: Bounds) =>
  sessionOperation<{ readonly refreshToken: string }>(
    'renew_session',
    '/api/sessions/refresh',
    200,
    [400, 401],
    bounds,
  );

export const logOut = ({ one }: Bounds): Operation<InName, Outcome<null>> => ({
  name: 'log_out',
  method: 'DELETE',
  target: () => '/api/sessions/current',
  headers: bearer,
  maxBytes: () => one,
  answers: { ...refusals(401), 204: () => done(null) },
});
