// A user's account at Identity: made, read, changed, left.
import { schemaGuard } from 'contracts/guard';
import type { Confirmation, Me, MeChange, NewUser } from 'contracts/types';
import type { Bounds, Operation } from '../engine/endpoint.ts';
import { bearer, type InName } from '../on-behalf-of.ts';
import { done, refusals, type Outcome } from '../outcome.ts';
import { sessionOperation } from './sessions.ts';

const isMe = schemaGuard<Me>('identity', 'Me');

export const register = (bounds: Bounds) =>
  sessionOperation<NewUser>('register', '/api/users', 201, [400, 409], bounds);

const me = ({ one }: Bounds) => ({
  target: () => '/api/me',
  headers: bearer,
  maxBytes: () => one,
});

export const getMe = (bounds: Bounds): Operation<InName, Outcome<Me>> => ({
  ...me(bounds),
  name: 'me',
  answers: { ...refusals(401), 200: (body) => (isMe(body) ? done(body) : undefined) },
});

export const changeMe = (
  bounds: Bounds,
): Operation<InName & { readonly body: MeChange }, Outcome<Me>> => ({
  ...me(bounds),
  name: 'change_me',
  method: 'PATCH',
  body: ({ body }) => body,
  answers: {
    ...refusals(400, 401, 403, 409, 429),
    200: (body) => (isMe(body) ? done(body) : undefined),
  },
});

export const leave = (
  bounds: Bounds,
): Operation<InName & { readonly body: Confirmation }, Outcome<null>> => ({
  ...me(bounds),
  name: 'leave',
  method: 'DELETE',
  body: ({ body }) => body,
  answers: { ...refusals(400, 401, 403, 429), 204: () => done(null) },
});
