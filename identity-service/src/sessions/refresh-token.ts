// Refresh tokens: `<session id>.<secret>`, 32 random bytes at first. Only their hashes are kept.
import { createHash, createHmac } from 'node:crypto';

export interface RefreshToken {
  readonly sessionId: string;
  readonly secret: Buffer;
}

const FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Undefined for what never was a token of ours. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, sessionId, secret] = FORM.exec(text) ?? [];
  if (sessionId === undefined || secret === undefined) return undefined;
  return { sessionId, secret: Buffer.from(secret, 'base64url') };
}

export const writeRefreshToken = ({ sessionId, secret }: RefreshToken): string =>
  `${sessionId}.${secret.toString('base64url')}`;

/** SHA-256 is enough: what is hashed is random, not a password. */
export const hashOf = (secret: Uint8Array): Buffer => createHash('sha256').update(secret).digest();

/**
 * The token after this one: always the same one, so that two tabs that race get equal tokens. It takes both the token
 * and the key of its family; neither who reads the database nor who guesses can make it.
 */
export const successorOf = (secret: Uint8Array, chainKey: Uint8Array): Buffer =>
  createHmac('sha256', chainKey).update(secret).digest();

/** What is known of a family of tokens. */
export interface Family {
  readonly tokenHash: Uint8Array;
  readonly previousHash: Uint8Array | null;
  /** Milliseconds since the epoch, as all times here. */
  readonly rotatedAt: number;
  readonly expiresAt: number;
}

/**
 * What a presented token is to its family: the one that is good now, the one before it while two tabs may race, over,
 * or used a second time. Pure.
 */
export function classifyRefreshToken(
  family: Family,
  presented: Uint8Array,
  { now, graceMs }: { readonly now: number; readonly graceMs: number },
): 'current' | 'previous' | 'over' | 'reused' {
  if (family.expiresAt <= now) return 'over';
  if (equal(family.tokenHash, presented)) return 'current';
  const isPrevious = family.previousHash !== null && equal(family.previousHash, presented);
  return isPrevious && now < family.rotatedAt + graceMs ? 'previous' : 'reused';
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
