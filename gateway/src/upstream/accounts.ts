// What the gateway asks of Identity in a user's name, and has done there.
import { schemaGuard } from 'contracts/guard';
import type {
  Confirmation,
  Credentials,
  KeySet,
  Me,
  MeChange,
  NewUser,
  Session,
} from 'contracts/types';
import type { Bounds, Operation } from './operation.ts';
import { done, refusals, type Outcome } from './outcome.ts';

const isSession = schemaGuard<Session>('identity', 'Session');
const isMe = schemaGuard<Me>('identity', 'Me');
const isKeySet = schemaGuard<KeySet>('identity', 'KeySet');

/** In the name of whoever the access token belongs to. */
export interface InName {
  readonly userId: number;
  readonly token: string;
}

/** Of nobody yet; `address` is the client's, so that Identity can count its attempts. */
export interface FromAddress<T> {
  readonly body: T;
  readonly address: string | undefined;
}

export const bearer = ({ token }: Pick<InName, 'token'>) => ({ authorization: `Bearer ${token}` });
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
function sessionOperation<T>(
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

export const register = (bounds: Bounds) =>
  sessionOperation<NewUser>('register', '/api/users', 201, [400, 409], bounds);
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

/** The public keys that access tokens are checked with. */
export const getKeys = ({ one }: Bounds): Operation<undefined, KeySet> => ({
  name: 'keys',
  target: () => '/.well-known/jwks.json',
  maxBytes: () => one,
  answers: { 200: (body) => (isKeySet(body) ? { value: body } : undefined) },
});
