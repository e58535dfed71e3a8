// What Identity knows and does: users, their sessions, the keys of its tokens.
import type { Session } from 'contracts/types';
import { LIFETIME_S, newKey, subjectOf, type Claims, type TestKey } from './tokens.ts';
import { refuses, type Knowledge, type Saying, type Seen } from './upstream.ts';
import { createUserLog, type UserLog } from './user-log.ts';
import { userOf, type Population } from './world.ts';

/** Everybody's; neither it nor an e-mail or a token may ever be logged. */
export const PASSWORD = 'a password that nobody logs';
export const emailOf = (id: number): string => `user_${id}@secret.example`;

const BEARER = { headers: { 'WWW-Authenticate': 'Bearer' } };
const LIMITS = { RateLimit: '"account";r=9;t=900', 'RateLimit-Policy': '"account";q=10;w=900' };

export interface Accounts {
  /** Signs tokens, and is what the key set holds. */
  readonly key: TestKey;
  /** A new session of a user; `claims` change its access token. */
  begin(userId: number, claims?: Claims): Session;
  /** What happened to the users, for whoever follows it. */
  readonly log: UserLog;
  /** Gives a user another name, behind the gateway's back; null: they leave. The log is told. */
  rename(userId: number, username: string | null): void;
  /** The same, but the log is not told. */
  renameUnheard(userId: number, username: string): void;
}

interface Body {
  readonly username?: string;
  readonly email?: string;
  readonly password?: string;
  readonly refreshToken?: string;
}

const no = (): Saying => refuses('unauthenticated', 'Identity does not know you.', BEARER);

export function accountsOf({ authors }: Population): Accounts & { readonly know: Knowledge } {
  const key = newKey('key-1');
  const names = new Map<number, string | null>();
  const log = createUserLog();
  const sessions = new Map<string, number>();
  let begun = 0;
  let newest = authors;

  const rename = (userId: number, username: string | null): void => {
    names.set(userId, username);
    if (username === null) log.deleted(userId);
    else log.named(userId, username);
  };
  const begin = (userId: number, claims: Claims = {}): Session => {
    const refreshToken = `refresh-secret-${(begun += 1)}`;
    sessions.set(refreshToken, userId);
    const accessToken = key.sign({ sub: String(userId), ...claims });
    return { user: user(userId)!, accessToken, refreshToken, expiresIn: LIFETIME_S };
  };
  const user = (id: number) => {
    const exists = Number.isInteger(id) && id >= 1 && id <= newest && names.get(id) !== null;
    return exists ? { ...userOf(id), username: names.get(id) ?? userOf(id).username } : undefined;
  };
  const users = (target: URL): Saying | undefined => {
    const [, id] = /^(?:\/elsewhere)?\/api\/users\/(\d+)$/.exec(target.pathname) ?? [];
    if (id !== undefined) {
      const found = user(Number(id));
      return found && { status: 200, body: found };
    }
    const ids = target.searchParams.get('ids')?.split(',').map(Number);
    return ids && { status: 200, body: { items: ids.map(user).filter((one) => one) } };
  };
  const join = ({ username = '' }: Body): Saying => {
    rename((newest += 1), username);
    const headers = { Location: `/api/users/${newest}` };
    return { status: 201, body: begin(newest), headers };
  };
  const logIn = ({ username = '', password }: Body): Saying => {
    const id = Number(/^user_(\d+)(@secret\.example)?$/.exec(username)?.[1]);
    return password === PASSWORD && user(id) !== undefined
      ? { status: 201, body: begin(id), headers: LIMITS }
      : refuses('unauthenticated', 'The name or the password is wrong.', {
          headers: { ...LIMITS, ...BEARER.headers },
        });
  };
  const refresh = ({ refreshToken = '' }: Body): Saying => {
    const userId = sessions.get(refreshToken);
    sessions.delete(refreshToken);
    return userId === undefined ? no() : { status: 200, body: begin(userId) };
  };
  const me = ({ method, headers, body }: Seen): Saying => {
    const id = subjectOf(headers.authorization?.replace('Bearer ', '')) ?? 0;
    if (user(id) === undefined) return no();
    const { username, email = emailOf(id) } = (body ?? {}) as Body;
    if (method === 'DELETE') rename(id, null);
    else if (username !== undefined) rename(id, username);
    return method === 'DELETE' ? { status: 204 } : { status: 200, body: { ...user(id), email } };
  };

  return {
    key,
    begin,
    log,
    rename,
    renameUnheard: (userId, username) => void names.set(userId, username),
    know(seen, target) {
      const body = (seen.body ?? {}) as Body;
      switch (`${seen.method} ${target.pathname}`) {
        case 'GET /.well-known/jwks.json':
          return { status: 200, body: { keys: [key.jwk] } };
        case 'GET /api/user-events':
          return log.read(target.searchParams);
        case 'POST /api/users':
          return join(body);
        case 'POST /api/sessions':
          return logIn(body);
        case 'POST /api/sessions/refresh':
          return refresh(body);
        case 'DELETE /api/sessions/current':
          return { status: 204 };
        default:
          return target.pathname === '/api/me' ? me(seen) : users(target);
      }
    },
  };
}
