// A user's account at Identity: made, read, changed, left.
import { schemaGuard } from 'contracts/guard';
import type { Confirmation, Me, MeChange, NewUser } from 'contracts/types';
import type { SizeLimits, Endpoint } from '../engine/endpoint.ts';
import { bearer, type OnBehalfOf } from '../on-behalf-of.ts';
import { done, rejections, type Result } from '../result.ts';
import { sessionEndpoint } from './sessions.ts';

const isMe = schemaGuard<Me>('identity', 'Me');

export const register = (bounds: SizeLimits) =>
  sessionEndpoint<NewUser>('register', '/api/users', 201, [400, 409], bounds);

const me = ({ one }: SizeLimits) => ({
  target: () => '/api/me',
  headers: bearer,
  maxBytes: () => one,
});

export const getMe = (bounds: SizeLimits): Endpoint<OnBehalfOf, Result<Me>> => ({
  ...me(bounds),
  name: 'me',
  readers: { ...rejections(401), 200: (body) => (isMe(body) ? done(body) : undefined) },
});

export const changeMe = (
  bounds: SizeLimits,
): Endpoint<OnBehalfOf & { readonly body: MeChange }, Result<Me>> => ({
  ...me(bounds),
  name: 'change_me',
  method: 'PATCH',
  body: ({ body }) => body,
  readers: {
    ...rejections(400, 401, 403, 409, 429),
    200: (body) => (isMe(body) ? done(body) : undefined),
  },
});

export const deleteAccount = (
  bounds: SizeLimits,
): Endpoint<OnBehalfOf & { readonly body: Confirmation }, Result<null>> => ({
  ...me(bounds),
  name: 'leave',
  method: 'DELETE',
  body: ({ body }) => body,
  readers: { ...rejections(400, 401, 403, 429), 204: () => done(null) },
});
