// Makes keys and access tokens, good ones and others.
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

export const rules = {
  issuer: 'urn:test:issuer',
  audience: 'urn:test:audience',
  algorithm: 'EdDSA',
  type: 'at+jwt',
} as const;

/** undefined leaves a claim out. */
type Claims = Readonly<Record<string, string | number | undefined>>;

export interface TestKey {
  readonly jwk: JWK;
  /** Signs a good token; `claims` and `header` change it. */
  sign(claims?: Claims, header?: { readonly typ?: string; readonly kid?: string }): Promise<string>;
}

/** A new key pair. */
export async function newKey(kid: string): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const now = Math.floor(Date.now() / 1000);
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' },
    sign: (claims = {}, header = {}) =>
      new SignJWT({
        iss: rules.issuer,
        aud: rules.audience,
        sub: '7',
        iat: now,
        exp: now + 60,
        jti: 'j',
        sid: 's',
        ...claims,
      })
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: rules.type, ...header })
        .sign(privateKey),
  };
}

/** A token without a signature. */
export function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: rules.type })).toString(
    'base64url',
  );
  return `${header}.${token.split('.')[1]}.`;
}
