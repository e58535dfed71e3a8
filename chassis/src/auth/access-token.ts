// Authentication by access tokens (RFC 9068), verified with their issuer's public keys. Nothing else identifies users.
import type { IncomingMessage } from 'node:http';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../http/problem.ts';
import { KeysUnavailable } from './remote-keys.ts';

/** Values that every valid token has in its header and claims. */
export interface TokenRules {
  readonly issuer: string;
  /** One of them, if there are several. */
  readonly audience: string | readonly string[];
  readonly algorithm: string;
  readonly type: string;
}

/** The user who sends the request; the access token is valid. */
export interface Viewer {
  readonly userId: number;
  readonly sessionId: string;
  /** In milliseconds since the epoch, as Date.now(). */
  readonly expiresAt: number;
  /** The access token, for requests to other services on behalf of the user. */
  readonly token: string;
  /** Tokens that are good for one other service each, by their audience. Such a service gets its own, and cannot use it elsewhere. */
  readonly tokens?: Readonly<Record<string, string>>;
}

export type Verify = (token: string) => Promise<Viewer>;

export interface VerifierOptions {
  /** A bounded cache of viewers by token, so that each token is verified once; no cache when left out. */
  readonly cache?: Pick<Map<string, Viewer>, 'get' | 'set'>;
  /** Whether a session is known to have ended, so that its tokens are refused before they expire; none is when left out. */
  readonly hasEnded?: (sessionId: string) => boolean;
  /** Makes the error to throw when the keys cannot be loaded; a 503 problem when left out. */
  readonly keysFailed?: (cause: unknown) => unknown;
}

/** Codes of errors that are about the keys, not about the token. */
const KEY_ERRORS = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT']);
const TOKEN_MAX_LENGTH = 4096;
const USER_ID = /^[1-9]\d{0,15}$/;
const REQUIRED_CLAIMS = ['sub', 'iat', 'exp', 'jti', 'sid'];

/** Makes a 401 with the challenge that RFC 6750, section 3, requires. */
export const unauthenticated = (detail: string): Problem =>
  new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

/** Makes a 503: without the keys it is unknown whether the token is valid. */
const keysMissing = (): Problem =>
  new Problem('keys-missing', 'The keys that verify access tokens are not available now', {
    headers: { 'Retry-After': '1' },
    reason: 'identity: keys',
  });

/** Makes a verifier of tokens. The verifier throws a 401 problem for a token that is invalid or has expired. */
export function createVerifier(
  keys: JWTVerifyGetKey,
  { issuer, audience, algorithm, type }: TokenRules,
  { cache, hasEnded = () => false, keysFailed = keysMissing }: VerifierOptions = {},
): Verify {
  const check = async (token: string): Promise<Viewer> => {
    const { payload } = await jwtVerify<{ sid: unknown; tokens?: Record<string, string> }>(
      token,
      keys,
      {
        issuer,
        audience: [audience].flat(),
        algorithms: [algorithm],
        typ: type,
        requiredClaims: REQUIRED_CLAIMS,
      },
    );
    const { sub = '', sid, exp = 0, tokens } = payload;
    const userId = USER_ID.test(sub) ? Number(sub) : NaN;
    if (!Number.isSafeInteger(userId) || typeof sid !== 'string') throw invalidToken();
    return { userId, sessionId: sid, expiresAt: exp * 1000, token, ...(tokens && { tokens }) };
  };
  const viewerOf = async (token: string): Promise<Viewer> => {
    const known = cache?.get(token);
    if (known !== undefined && known.expiresAt > Date.now()) return known;
    const viewer = await check(token);
    cache?.set(token, viewer);
    return viewer;
  };
  return async (token) => {
    if (token.length > TOKEN_MAX_LENGTH) throw invalidToken();
    try {
      const viewer = await viewerOf(token);
      // Also for a viewer from the cache: the session may have ended since.
      if (hasEnded(viewer.sessionId)) throw invalidToken();
      return viewer;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw keysFailed(error.cause);
      if (!(error instanceof errors.JOSEError)) throw error;
      throw KEY_ERRORS.has(error.code) ? keysFailed(error) : invalidToken();
    }
  };
}

const invalidToken = (): Problem => unauthenticated('The session is invalid or has expired');

/** Returns the token of `Authorization: Bearer …` (RFC 6750, section 2.1); undefined when there is none. */
export function bearerToken({ headers }: IncomingMessage): string | undefined {
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(headers.authorization ?? '') ?? [];
  return token;
}

/** @throws Problem 401 without a valid access token, 503 when the keys that verify it cannot be loaded */
export type Authenticate = (req: IncomingMessage) => Promise<Viewer>;

/** Makes a function that returns the viewer of a request, for routes that need one. */
export const createAuthenticator =
  (verify: Verify): Authenticate =>
  async (req) => {
    const token = bearerToken(req);
    if (token === undefined) throw unauthenticated('Log in first, and send the access token');
    return verify(token);
  };
