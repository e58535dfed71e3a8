// Keys and valid or invalid access tokens. node:crypto signs them, so that tests check jose with tokens of another signer.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
} from 'node:crypto';
import type { JWK } from 'jose';
import type { TokenRules } from 'chassis/auth/access-token';

/** Claims of a token; a claim that is undefined is left out. */
export type Claims = Readonly<Record<string, string | number | undefined>>;

export interface SigningKey {
  /** The public key in the form of a key set (RFC 7517). */
  readonly jwk: JWK;
  /** Signs a valid token of user 7; `claims` and `header` change it. */
  sign(claims?: Claims, header?: Readonly<Record<string, string>>): string;
}

/** Lifetime of a token in seconds. */
export const LIFETIME_S = 300;

let tokenCount = 0;

/**
 * Makes a signing key.
 * @param rules that valid tokens keep
 * @param privateJwk an existing Ed25519 key; a new one by default
 */
export function signingKey(rules: TokenRules, kid = 'key-1', privateJwk?: JsonWebKey): SigningKey {
  const privateKey =
    privateJwk === undefined
      ? generateKeyPairSync('ed25519').privateKey
      : createPrivateKey({ key: privateJwk, format: 'jwk' });
  const { issuer, audience, algorithm, type } = rules;
  const publicJwk = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    jwk: { ...publicJwk, kid, alg: algorithm, use: 'sig' },
    sign(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: issuer,
        aud: audience,
        sub: '7',
        iat: now,
        exp: now + LIFETIME_S,
        jti: `token-${(tokenCount += 1)}`,
        sid: 'session',
        ...claims,
      };
      const text = `${encode({ alg: algorithm, typ: type, kid, ...header })}.${encode(payload)}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
}

/** Returns the same token with `alg: none` and without its signature. */
export function unsigned(token: string): string {
  const [header = '', payload] = token.split('.');
  return `${encode({ alg: 'none', typ: decode(header)['typ'] })}.${payload}.`;
}

/** Returns the claims of a token without verifying it. */
export const claimsOf = (token: string): Claims => decode(token.split('.')[1] ?? '');

const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
const decode = (text: string): Record<string, string | number> =>
  JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, string | number>;
