// Makes access tokens, good ones and others.
import { accessToken } from 'contracts/tokens';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTHeaderParameters } from 'jose';

const { issuer, audience, algorithm, type } = accessToken;

/** undefined leaves a claim out. */
type Claims = Readonly<Record<string, string | number | undefined>>;

export interface Signer {
  readonly jwk: JWK;
  /** A good token for this user; `claims` and `header` change it. */
  sign(userId: number, claims?: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

/** A new key. */
export async function newSigner(kid = 'test'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' },
    sign(userId, claims = {}, header = {}) {
      const iat = Math.floor(Date.now() / 1000);
      const sub = String(userId);
      const usual = { iss: issuer, aud: audience, sub, iat, exp: iat + 300, jti: 'j', sid: 's' };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: algorithm, kid, typ: type, ...header })
        .sign(privateKey);
    },
  };
}
