// A fake Identity on a real socket: users, sessions, the key set of its tokens, and the feed of its user event log.
// It has state: requests and tests change users and sessions.
import { accessToken } from 'contracts/tokens';
import type { Session, User } from 'contracts/types';
import { conditionOf } from 'chassis/http/validators';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import {
  problem,
  startStub,
  type Handler,
  type ReceivedRequest,
  type StubResponse,
  type StubServer,
} from './stub-server.ts';
import { claimsOf, LIFETIME_S, signingKey, type Claims, type SigningKey } from './tokens.ts';
import { deleted, named, sessionEnded } from './user-events.ts';
import { emailOf, PASSWORD, userOf } from './users.ts';

export interface FakeIdentity extends StubServer {
  /** Signs tokens; its public half is in the key set. */
  readonly key: SigningKey;
  /** Usernames by id. A change of this map writes no event. */
  readonly users: Map<number, string>;
  /** Starts a session of a user. `claims` change its access token. */
  openSession(userId: number, claims?: Claims): Session;
  /** Renames a user (null deletes the user), and writes the event. */
  rename(userId: number, username: string | null): void;
  readonly log: UserEventLog;
  /** The feed of sessions that ended. */
  readonly endedSessions: EventFeed;
  /** Writes the event that a session ended. @param sessionId the claim `sid` of its tokens */
  endSession(sessionId: string): void;
}

/** The user event log. A test can also write events without changing users. */
export interface UserEventLog extends EventFeed {
  named(userId: number, username: string): void;
  deleted(userId: number): void;
  /** Writes a valid event with changes, or a value that is not an event. */
  add(event: Readonly<Record<string, unknown>> | string | null): void;
}

interface Body {
  readonly username?: string;
  readonly email?: string;
  readonly password?: string;
  readonly refreshToken?: string;
}

const BEARER = { headers: { 'WWW-Authenticate': 'Bearer' } };
const LIMITS = { RateLimit: '"account";r=9;t=900', 'RateLimit-Policy': '"account";q=10;w=900' };
const unknown = (): StubResponse =>
  problem('unauthenticated', 'Identity does not know you.', BEARER);

/** Starts a fake Identity with users 1 to `count`, named `user_<id>`. */
export async function startFakeIdentity(count = 0): Promise<FakeIdentity> {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const users = new Map(ids.map((id) => [id, userOf(id).username]));
  const { handle, ...fake } = accountsOf(users);
  return Object.assign(await startStub(handle), fake);
}

function accountsOf(users: Map<number, string>) {
  const key = signingKey(accessToken);
  const log = createUserEventLog();
  const endedSessions = createEventFeed('/api/ended-sessions');
  const sessions = new Map<string, number>();
  let sessionCount = 0;
  let lastUserId = users.size;

  const rename = (userId: number, username: string | null): void => {
    if (username === null) {
      users.delete(userId);
      log.deleted(userId);
    } else {
      users.set(userId, username);
      log.named(userId, username);
    }
  };
  const user = (id: number): User | undefined => {
    const username = users.get(id);
    return username === undefined ? undefined : { id, username };
  };
  /** Users whose names begin with the prefix, in any case, ordered by name. */
  const namedLike = (prefix: string): User[] =>
    [...users]
      .map(([id, username]) => ({ id, username }))
      .filter(({ username }) => username.toLowerCase().startsWith(prefix.toLowerCase()))
      .toSorted((a, b) => (a.username < b.username ? -1 : 1));
  const openSession = (userId: number, claims: Claims = {}): Session => {
    const refreshToken = `refresh-secret-${(sessionCount += 1)}`;
    sessions.set(refreshToken, userId);
    const token = key.sign({ sub: String(userId), ...claims });
    return { user: user(userId)!, accessToken: token, refreshToken, expiresIn: LIFETIME_S };
  };
  const readUsers = (target: URL): StubResponse | undefined => {
    const [, id] = /^(?:\/elsewhere)?\/api\/users\/(\d+)$/.exec(target.pathname) ?? [];
    if (id !== undefined) {
      const found = user(Number(id));
      return found && { status: 200, body: found };
    }
    const [, name] = /^\/api\/users\/by-name\/(\w+)$/.exec(target.pathname) ?? [];
    if (name !== undefined) {
      const found = namedLike(name).find(({ username }) => username.length === name.length);
      return found && { status: 200, body: found };
    }
    const prefix = target.searchParams.get('username');
    if (prefix !== null) {
      const limit = Number(target.searchParams.get('limit') ?? 20);
      return { status: 200, body: { items: namedLike(prefix).slice(0, limit), nextCursor: null } };
    }
    const ids = target.searchParams.get('ids')?.split(',').map(Number);
    return ids && { status: 200, body: { items: ids.map(user).filter((found) => found) } };
  };
  const register = ({ username = '' }: Body): StubResponse => {
    rename((lastUserId += 1), username);
    const headers = { Location: `/api/users/${lastUserId}` };
    return { status: 201, body: openSession(lastUserId), headers };
  };
  const logIn = ({ username = '', password }: Body): StubResponse => {
    const id = Number(/^user_(\d+)(@secret\.example)?$/.exec(username)?.[1]);
    return password === PASSWORD && users.has(id)
      ? { status: 201, body: openSession(id), headers: LIMITS }
      : problem('unauthenticated', 'The name or the password is wrong.', {
          headers: { ...LIMITS, ...BEARER.headers },
        });
  };
  const refresh = ({ refreshToken = '' }: Body): StubResponse => {
    const userId = sessions.get(refreshToken);
    sessions.delete(refreshToken);
    return userId === undefined ? unknown() : { status: 200, body: openSession(userId) };
  };
  const me = ({ method, headers, body }: ReceivedRequest): StubResponse => {
    const id = subjectOf(headers.authorization);
    const { username, email = emailOf(id) } = (body ?? {}) as Body;
    if (!users.has(id)) return unknown();
    const isWrite = method !== 'GET';
    if (isWrite && conditionOf({ headers })?.({ ...user(id), email: emailOf(id) }) === false)
      return problem('precondition-failed');
    if (method === 'DELETE') rename(id, null);
    else if (username !== undefined) rename(id, username);
    return method === 'DELETE' ? { status: 204 } : { status: 200, body: { ...user(id), email } };
  };

  const endSession = (sessionId: string): void =>
    endedSessions.append([sessionEnded(endedSessions.endOffset + 1, sessionId)]);

  const handle: Handler = (request, target) => {
    const body = (request.body ?? {}) as Body;
    switch (`${request.method} ${target.pathname}`) {
      case 'GET /.well-known/jwks.json':
        return { status: 200, body: { keys: [key.jwk] } };
      case 'GET /api/user-events':
        return log.read(target.searchParams);
      case 'GET /api/ended-sessions':
        return endedSessions.read(target.searchParams);
      case 'POST /api/users':
        return register(body);
      case 'POST /api/sessions':
        return logIn(body);
      case 'POST /api/sessions/refresh':
        return refresh(body);
      case 'DELETE /api/sessions/current':
        return { status: 204 };
      case 'GET /api/me/sessions':
        return { status: 200, body: { items: ownSessionsOf(request) } };
      case 'DELETE /api/me/sessions':
        return { status: 204 };
      default:
        if (/^DELETE \/api\/me\/sessions\/./.test(`${request.method} ${target.pathname}`))
          return target.pathname.endsWith(sessionIdOf(request)) ? { status: 204 } : undefined;
        return target.pathname === '/api/me' ? me(request) : readUsers(target);
    }
  };
  return { key, users, log, endedSessions, endSession, openSession, rename, handle };
}

const sessionIdOf = ({ headers }: ReceivedRequest): string =>
  String(claimsOf((headers.authorization ?? '').replace('Bearer ', ''))['sid']);

/** The session that sends the request. */
const ownSessionsOf = (request: ReceivedRequest) => [
  {
    id: sessionIdOf(request),
    device: 'Firefox on Linux',
    createdAt: '2026-01-05T09:30:00.000Z',
    lastUsedAt: '2026-01-06T18:15:00.000Z',
    current: true,
  },
];

function createUserEventLog(): UserEventLog {
  const feed = createEventFeed('/api/user-events');
  const next = (): number => feed.endOffset + 1;
  const writer = {
    named: (id: number, username: string) => feed.append([named(next(), id, username)]),
    deleted: (id: number) => feed.append([deleted(next(), id)]),
    add(changes: Readonly<Record<string, unknown>> | string | null) {
      const { offset, event } = named(next(), 1, 'cat_sun_dog');
      const isObject = typeof changes === 'object' && changes !== null;
      feed.append([{ offset, event: isObject ? Object.assign({}, event, changes) : changes }]);
    },
  };
  return Object.assign(feed, writer);
}

/** Returns the user id in the token of an Authorization header, unverified; 0 when there is none. */
export function subjectOf(authorization: string | undefined): number {
  const token = authorization?.replace('Bearer ', '') ?? '';
  return token.includes('.') ? Number(claimsOf(token)['sub']) : 0;
}
