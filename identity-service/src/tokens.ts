// Access tokens (RFC 9068): signed here, checked by anyone with the published keys. They say who, and nothing else.
import { randomUUID } from 'node:crypto';
import { accessToken } from 'contracts/tokens';
import { type CryptoKey, errors, importJWK, type JWK, type JWTVerifyGetKey, SignJWT } from 'jose';
import type { KeyStore, StoredKey } from './key-store.ts';
import { keysAt, TOKEN_LIFETIME_S } from './signing-keys.ts';

/** The public half of a key, as it is published (RFC 7517, RFC 8037). */
export interface PublicKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly kid: string;
  readonly x: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

export interface Tokens {
  issue(who: { readonly userId: number; readonly sessionId: string }): Promise<string>;
  /** For anyone who has to check a token. */
  published(): Promise<PublicKey[]>;
  /** For checking tokens in this process. */
  readonly keys: JWTVerifyGetKey;
}

export function createTokens(store: KeyStore, now: () => number = Date.now): Tokens {
  const imported = new Map<string, Promise<CryptoKey>>();
  /** Imported once: that costs as much as a signature. */
  const imports = (name: string, jwk: JWK | PublicKey): Promise<CryptoKey> => {
    let key = imported.get(name);
    if (key === undefined) {
      key = importJWK(jwk as JWK, accessToken.algorithm) as Promise<CryptoKey>;
      imported.set(name, key);
    }
    return key;
  };
  const current = async () => keysAt(await store.all(), now());

  return {
    async issue({ userId, sessionId }) {
      const key = (await current()).signing!;
      const issuedAt = Math.floor(now() / 1000);
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: accessToken.algorithm, kid: key.kid, typ: accessToken.type })
        .setIssuer(accessToken.issuer)
        .setAudience(accessToken.audience)
        .setSubject(String(userId))
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + TOKEN_LIFETIME_S)
        .setJti(randomUUID())
        .sign(await imports(`private ${key.kid}`, key.privateJwk));
    },
    async published() {
      return (await current()).published.map(publicKey);
    },
    async keys({ kid }) {
      const key = (await current()).published.find((one) => one.kid === kid);
      if (key === undefined) throw new errors.JWKSNoMatchingKey();
      return imports(`public ${key.kid}`, publicKey(key));
    },
  };
}

const publicKey = ({ kid, privateJwk }: StoredKey): PublicKey => ({
  kty: 'OKP',
  crv: 'Ed25519',
  kid,
  x: privateJwk.x!,
  alg: accessToken.algorithm,
  use: 'sig',
});
