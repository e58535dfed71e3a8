// A user's account at Identity: create, read, change, delete.
import { schemaGuard } from 'contracts/guard';
import type { Confirmation, Me, MeChange, NewUser } from 'contracts/types';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { bearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { bearerRejections, ok, type Result } from '../result.ts';
import { sessionEndpoint } from './sessions.ts';

const isMe = schemaGuard<Me>('identity', 'Me');

export const register = (limits: SizeLimits) =>
  sessionEndpoint<NewUser>('register', '/api/users', 201, [400, 409], limits);

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

export const changeMe = (
  limits: SizeLimits,
): Endpoint<OnBehalfOf & { readonly body: MeChange }, Result<Me>> => ({
  ...me(limits),
  name: 'change_me',
  method: 'PATCH',
  body: ({ body }) => body,
  readers: {
    ...bearerRejections(400, 403, 409, 429),
    200: (body) => (isMe(body) ? ok(body) : undefined),
  },
});

export const deleteAccount = (
  limits: SizeLimits,
): Endpoint<OnBehalfOf & { readonly body: Confirmation }, Result<null>> => ({
  ...me(limits),
  name: 'leave',
  method: 'DELETE',
  body: ({ body }) => body,
  readers: { ...bearerRejections(400, 403, 429), 204: () => ok(null) },
});
