// Makes keys and access tokens as Identity does, good ones and others.
import { generateKeyPairSync, sign } from 'node:crypto';
import { accessToken } from 'contracts/tokens';

/** undefined leaves a claim out. */
export type Claims = Readonly<Record<string, string | number | undefined>>;

export interface TestKey {
  /** The public half, as a key set has it. */
  readonly jwk: object;
  /** Signs a good token of user 7; `claims` and `header` change it. */
  sign(claims?: Claims, header?: Readonly<Record<string, string>>): string;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Seconds for which a token is good. */
export const LIFETIME_S = 300;

let made = 0;

/** A new key pair. */
export function newKey(kid: string): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { issuer, audience, algorithm, type } = accessToken;
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' },
    sign(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: issuer,
        aud: audience,
        sub: '7',
        iat: now,
        exp: now + LIFETIME_S,
        jti: `token-${(made += 1)}`,
        sid: 'session',
        ...claims,
      };
      const text = `${encode({ alg: algorithm, typ: type, kid, ...header })}.${encode(payload)}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
}

/** The same token without a signature. */
export const unsigned = (token: string): string =>
  `${encode({ alg: 'none', typ: accessToken.type })}.${token.split('.')[1]}.`;

/** Whose a token is, as it says itself; undefined for what is no token. */
export function subjectOf(token: string | undefined): number | undefined {
  const [, payload] = token?.split('.') ?? [];
  if (payload === undefined) return undefined;
  const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
  return Number(sub);
}
