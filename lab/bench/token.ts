// A key pair of Identity's and the access token of somebody who is logged in, made at each start.
// By hand, from its parts: the gateway package signs nothing, and has no library for it.
import { generateKeyPairSync, sign } from 'node:crypto';
import { accessToken } from 'contracts/tokens';

// Longer than a real one: nobody renews it.
const LIFETIME_S = 3600;
const KEY_ID = 'bench';

/** What Identity publishes, and what a client sends. */
export interface LogIn {
  /** A JSON Web Key Set, as text. */
  readonly keys: string;
  readonly token: string;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function newLogIn(): LogIn {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { issuer, audience, algorithm: alg, type: typ } = accessToken;
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: audience, sub: '1', iat, exp: iat + LIFETIME_S };
  const signed = `${part({ alg, kid: KEY_ID, typ })}.${part({ ...claims, jti: 'bench', sid: 'bench' })}`;
  return {
    keys: JSON.stringify({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg, use: 'sig' }],
    }),
    token: `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`,
  };
}
