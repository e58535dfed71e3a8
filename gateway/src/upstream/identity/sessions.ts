// Sessions at Identity: log in, refresh, log out.
import { complete } from 'contracts/complete';
import type { Credentials, Session, User } from 'contracts/types';
import { identityAnswer } from '../expectations.ts';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { bearer, type OnBehalfOf } from '../on-behalf-of.ts';
import {
  bearerRejections,
  DEVICE_TOKEN,
  deviceTokenOf,
  ok,
  rejectionAs,
  rejections,
  type Result,
} from '../result.ts';

const isSession = identityAnswer<Session>('Session');

/** A request without a viewer. `address` is the client's: Identity limits the attempts of each address. */
export interface AnonymousRequest<T> {
  readonly body: T;
  readonly address: string | undefined;
  /** The client's User-Agent, of which Identity makes the name of the session's device. */
  readonly userAgent?: string | undefined;
  /** Of a log-in: the device token that the client sent. */
  readonly deviceToken?: string | undefined;
}

/** Only plain texts are passed on: nobody needs the others, and a header must not fail the log-in. */
const USER_AGENT = /^[ -~]{1,500}$/;

const forwarded = ({
  address,
  userAgent = '',
  deviceToken: text,
}: AnonymousRequest<unknown>): Record<string, string> => {
  const deviceToken = deviceTokenOf(text);
  return {
    ...(address !== undefined && { 'x-forwarded-for': address }),
    // Otherwise Identity would take the gateway's own User-Agent for the client's.
    'user-agent': USER_AGENT.test(userAgent) ? userAgent : '',
    ...(deviceToken !== undefined && { [DEVICE_TOKEN]: deviceToken }),
  };
};

/** Drops fields that the contract does not name: other data about a user must not leave Identity. */
const pickSession = ({ user, accessToken, refreshToken, expiresIn }: Session): Session =>
  complete<Session>({
    user: complete<User>({ id: user.id, username: user.username }),
    accessToken,
    refreshToken,
    expiresIn,
  });

/** An endpoint whose response is a session: registration, login, refresh. */
export function sessionEndpoint<T>(
  name: string,
  path: string,
  status: 200 | 201,
  rejected: readonly number[],
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
      ...rejections(...rejected),
      [status]: (body: unknown, _request: unknown, headers) =>
        isSession(body) ? ok(pickSession(body), headers) : undefined,
    },
  };
}

/** Marks an endpoint that hashes a password. */
export const slow = <Q, T>(endpoint: Endpoint<Q, T>): Endpoint<Q, T> => ({
  ...endpoint,
  isSlow: true,
});

/** A wrong password has a type of its own: it says nothing about a session that the client may have. */
export const logIn = (limits: SizeLimits) => {
  const endpoint = slow(
    sessionEndpoint<Credentials>('log_in', '/api/sessions', 201, [400, 429], limits),
  );
  return { ...endpoint, readers: { ...endpoint.readers, 401: rejectionAs('login-failed') } };
};

/** Rejected only for an invalid token; every other response is a failure, which must not end the session. */
export const refreshSession = (limits: SizeLimits) =>
  sessionEndpoint<{ readonly refreshToken: string }>(
    'renew_session',
    '/api/sessions/refresh',
    200,
    [400, 401],
    limits,
  );

export const logOut = ({ one }: SizeLimits): Endpoint<OnBehalfOf, Result<null>> => ({
  name: 'log_out',
  method: 'DELETE',
  target: () => '/api/sessions/current',
  headers: bearer,
  maxBytes: () => one,
  readers: { ...bearerRejections(), 204: () => ok(null) },
});
