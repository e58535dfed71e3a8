// A user's account at Identity: create, read, change, delete.
import { complete } from 'contracts/complete';
import type { Confirmation, Me, MeChange, NewUser } from 'contracts/types';
import { identityAnswer } from '../expectations.ts';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { bearer, type Conditional, ifUnchanged, type OnBehalfOf } from '../on-behalf-of.ts';
import { bearerRejections, ok, rejectionAs, type Result } from '../result.ts';
import { sessionEndpoint, slow } from './sessions.ts';

const isMe = identityAnswer<Me>('Me');

/** Otherwise a client could not tell it from a request of a foreign page. */
const WRONG_PASSWORD = rejectionAs('wrong-password');

export const register = (limits: SizeLimits) =>
  slow(sessionEndpoint<NewUser>('register', '/api/users', 201, [400, 409, 429], limits));

const me = ({ one }: SizeLimits) => ({
  target: () => '/api/me',
  headers: bearer,
  maxBytes: () => one,
});

export const getMe = (limits: SizeLimits): Endpoint<OnBehalfOf, Result<Me>> => ({
  ...me(limits),
  name: 'me',
  readers: { ...bearerRejections(), 200: (body) => (isMe(body) ? ok(body) : undefined) },
});

export type MeWrite<T> = OnBehalfOf & Conditional & { readonly body: T };

export const changeMe = (limits: SizeLimits): Endpoint<MeWrite<MeChange>, Result<Me>> => ({
  ...me(limits),
  headers: (request) => ({ ...bearer(request), ...ifUnchanged(request) }),
  name: 'change_me',
  isSlow: true,
  method: 'PATCH',
  body: ({ body: { username, email, password, currentPassword } }) =>
    complete<MeChange>({ username, email, password, currentPassword }),
  readers: {
    ...bearerRejections(400, 409, 412, 429),
    403: WRONG_PASSWORD,
    200: (body, _request, headers) => (isMe(body) ? ok(body, headers) : undefined),
  },
});

export const deleteAccount = (
  limits: SizeLimits,
): Endpoint<MeWrite<Confirmation>, Result<null>> => ({
  ...me(limits),
  headers: (request) => ({ ...bearer(request), ...ifUnchanged(request) }),
  name: 'leave',
  isSlow: true,
  method: 'DELETE',
  body: ({ body }) => body,
  readers: { ...bearerRejections(400, 412, 429), 403: WRONG_PASSWORD, 204: () => ok(null) },
});
