// Refresh tokens: `<session id>.<secret>`. The first secret of a session is 32 random bytes. Only hashes are stored.
import { createHash, createHmac } from 'node:crypto';

export interface RefreshToken {
  readonly sessionId: string;
  readonly secret: Buffer;
}

const PATTERN = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Returns undefined if the text does not have the form of a refresh token. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, sessionId, secret] = PATTERN.exec(text) ?? [];
  if (sessionId === undefined || secret === undefined) return undefined;
  return { sessionId, secret: Buffer.from(secret, 'base64url') };
}

export const formatRefreshToken = ({ sessionId, secret }: RefreshToken): string =>
  `${sessionId}.${secret.toString('base64url')}`;

/** Hashes a secret. SHA-256 is enough, since the secret is random and not a password. */
export const hashOf = (secret: Uint8Array): Buffer => createHash('sha256').update(secret).digest();

/**
 * Derives the next secret from a secret and the key of its family. The result is always the same, so two tabs that refresh
 * at the same time get equal tokens. It needs both inputs, so neither the database nor a token alone is enough.
 */
export const successorOf = (secret: Uint8Array, chainKey: Uint8Array): Buffer =>
  createHmac('sha256', chainKey).update(secret).digest();

/** The refresh tokens of one session, as stored. */
export interface TokenFamily {
  readonly tokenHash: Uint8Array;
  readonly previousHash: Uint8Array | null;
  /** All times are in milliseconds since the epoch. */
  readonly rotatedAt: number;
  readonly expiresAt: number;
}

/**
 * Classifies a presented token. Pure.
 * - `current`: the newest token of its family.
 * - `previous`: the token before it, within `graceMs` after the rotation, since two tabs may refresh at the same time.
 * - `expired`: the session has expired.
 * - `reused`: any other token, such as one that was already used.
 * @param presented hash of the token's secret
 */
export function classifyRefreshToken(
  family: TokenFamily,
  presented: Uint8Array,
  { now, graceMs }: { readonly now: number; readonly graceMs: number },
): 'current' | 'previous' | 'expired' | 'reused' {
  if (family.expiresAt <= now) return 'expired';
  if (equal(family.tokenHash, presented)) return 'current';
  const isPrevious = family.previousHash !== null && equal(family.previousHash, presented);
  return isPrevious && now < family.rotatedAt + graceMs ? 'previous' : 'reused';
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
