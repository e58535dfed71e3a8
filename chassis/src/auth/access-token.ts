// Who asks: access tokens (RFC 9068), checked with the public keys of whoever made them. Nothing else says who a caller is.
import type { IncomingMessage } from 'node:http';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../http/problem.ts';
import { KeysUnavailable } from './remote-keys.ts';

/** What every token has to say of itself. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: string;
  readonly type: string;
}

/** Somebody whose token is valid. */
export interface Viewer {
  readonly userId: number;
  readonly sessionId: string;
  /** Milliseconds since 1970, as Date.now() has them. */
  readonly expiresAt: number;
  /** For asking another service in their name. */
  readonly token: string;
}

export type Verify = (token: string) => Promise<Viewer>;

export interface VerifierOptions {
  /** Keeps viewers by their tokens, bounded, so that a token is checked once; nothing is kept when left out. */
  readonly cache?: Pick<Map<string, Viewer>, 'get' | 'set'>;
  /** The error to throw when the keys cannot be had; a 503 when left out. */
  readonly keysFailed?: (cause: unknown) => unknown;
}

/** What is wrong with the keys, and so says nothing about the token. */
const KEYS_FAULTS = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT']);
const TOKEN_MAX = 4096;
const USER_ID = /^[1-9]\d{0,15}$/;
const CLAIMS = ['sub', 'iat', 'exp', 'jti', 'sid'];

/** A 401 that says how to do better (RFC 6750, section 3). */
export const unauthenticated = (detail: string): Problem =>
  new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

/** Nothing is wrong with this service, nor with the token: nobody can tell now. */
const keysMissing = (): Problem =>
  new Problem('keys-missing', 'The keys that sessions are checked with cannot be had now', {
    headers: { 'Retry-After': '1' },
    reason: 'identity: keys',
  });

/** @returns a check of tokens that throws a 401 problem for what is no token of ours, or no longer */
export function createVerifier(
  keys: JWTVerifyGetKey,
  { issuer, audience, algorithm, type }: TokenRules,
  { cache, keysFailed = keysMissing }: VerifierOptions = {},
): Verify {
  const check = async (token: string): Promise<Viewer> => {
    const { payload } = await jwtVerify<{ sid: unknown }>(token, keys, {
      issuer,
      audience,
      algorithms: [algorithm],
      typ: type,
      requiredClaims: CLAIMS,
    });
    const { sub = '', sid, exp = 0 } = payload;
    const userId = USER_ID.test(sub) ? Number(sub) : NaN;
    if (!Number.isSafeInteger(userId) || typeof sid !== 'string') throw invalidToken();
    return { userId, sessionId: sid, expiresAt: exp * 1000, token };
  };
  return async (token) => {
    if (token.length > TOKEN_MAX) throw invalidToken();
    const known = cache?.get(token);
    if (known !== undefined && known.expiresAt > Date.now()) return known;
    try {
      const viewer = await check(token);
      cache?.set(token, viewer);
      return viewer;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw keysFailed(error.cause);
      if (!(error instanceof errors.JOSEError)) throw error;
      throw KEYS_FAULTS.has(error.code) ? keysFailed(error) : invalidToken();
    }
  };
}

const invalidToken = (): Problem => unauthenticated('The session is not valid, or no longer');

/** The token of `Authorization: Bearer …` (RFC 6750, section 2.1); undefined when there is none. */
export function bearerToken({ headers }: IncomingMessage): string | undefined {
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(headers.authorization ?? '') ?? [];
  return token;
}

/** @throws Problem 401 without a valid access token, 503 when the keys to check it cannot be had */
export type Authenticate = (req: IncomingMessage) => Promise<Viewer>;

/** Who asks, for routes that need to know. */
export const createAuthenticator =
  (verify: Verify): Authenticate =>
  async (req) => {
    const token = bearerToken(req);
    if (token === undefined) throw unauthenticated('Log in first, and send the access token');
    return verify(token);
  };
