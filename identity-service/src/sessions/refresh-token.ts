// Refresh tokens: `<session id>.<secret>`. A secret is a value of 16 bytes and a tag of 16 bytes, which only the key of its
// family can make. The first value of a family is random. Only hashes are stored.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

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

const VALUE_BYTES = 16;

const macOf = (data: Uint8Array, chainKey: Uint8Array): Buffer =>
  createHmac('sha256', chainKey).update(data).digest();

const tagOf = (value: Uint8Array, chainKey: Uint8Array): Buffer =>
  macOf(Buffer.concat([Buffer.from('tag'), value]), chainKey).subarray(0, VALUE_BYTES);

const tagged = (value: Buffer, chainKey: Uint8Array): Buffer =>
  Buffer.concat([value, tagOf(value, chainKey)]);

/** Makes the first secret of a family. */
export const firstSecret = (chainKey: Uint8Array): Buffer =>
  tagged(randomBytes(VALUE_BYTES), chainKey);

/** Whether the secret was ever one of its family. Anyone who knows the session's id can make up others. */
function wasIssued(secret: Uint8Array, chainKey: Uint8Array): boolean {
  const tag = secret.subarray(VALUE_BYTES);
  return (
    tag.length === VALUE_BYTES &&
    timingSafeEqual(tag, tagOf(secret.subarray(0, VALUE_BYTES), chainKey))
  );
}

/** The refresh tokens of one session, as stored. */
export interface TokenFamily {
  readonly tokenHash: Uint8Array;
  readonly previousHash: Uint8Array | null;
  readonly chainKey: Uint8Array;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Derives the next secret from a secret and the key of its family. The result is always the same, so two tabs that refresh
 * at the same time, or a client whose answer was lost, get equal tokens. It needs both inputs, so neither the database nor a token alone is enough.
 */
export function successorOf(
  secret: Uint8Array,
  { chainKey, tokenHash }: Pick<TokenFamily, 'chainKey' | 'tokenHash'>,
): Buffer {
  const mac = macOf(secret, chainKey);
  // Version 1.2 makes secrets without a tag; for a while, both versions may run.
  return equal(hashOf(mac), tokenHash) ? mac : tagged(mac.subarray(0, VALUE_BYTES), chainKey);
}

/**
 * Classifies a presented token. Pure.
 * - `current`: the newest token of its family.
 * - `previous`: the token before it, which stays valid until its successor, the current token, is used for the first time:
 *   the answer with the successor may have been lost, or another tab may have got it.
 * - `expired`: the session has expired.
 * - `reused`: an older token of the family.
 * - `unknown`: never a token of the family, so it says nothing about the session.
 * @param secret of the presented token
 */
export function classifyRefreshToken(
  family: TokenFamily,
  secret: Uint8Array,
  now: number,
): 'current' | 'previous' | 'expired' | 'reused' | 'unknown' {
  if (family.expiresAt <= now) return 'expired';
  const presented = hashOf(secret);
  if (equal(family.tokenHash, presented)) return 'current';
  if (family.previousHash !== null && equal(family.previousHash, presented)) return 'previous';
  return wasIssued(secret, family.chainKey) ? 'reused' : 'unknown';
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
