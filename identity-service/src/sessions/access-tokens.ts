// Access tokens (RFC 9068): JWTs that this service signs and that every service verifies with the published keys. A token
// identifies the user and the session, and nothing else.
import { randomUUID } from 'node:crypto';
import { accessToken, socialToken } from 'contracts/tokens';
import type { KeySet, Session } from 'contracts/types';
import {
  type CryptoKey,
  errors,
  importJWK,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose';
import type { KeyStore, StoredKey } from './key-store.ts';
import type { OpenSession } from './sessions.ts';
import { keysAt } from './signing-keys.ts';

type PublicKey = KeySet['keys'][number];

export interface AccessTokens {
  /** Returns the session as sent to its owner, with a new access token. */
  issue(session: OpenSession): Promise<Session>;
  /** The public keys that verify access tokens (RFC 7517). */
  published(): Promise<KeySet>;
  /** Verification keys for jose, for use in this process. Throws JWKSNoMatchingKey for an unknown key id. */
  readonly keys: JWTVerifyGetKey;
}

/** @param lifetimeS how long a token is valid, at most MAX_TOKEN_LIFETIME_S */
export function createAccessTokens(
  store: KeyStore,
  lifetimeS: number,
  now: () => number = Date.now,
): AccessTokens {
  const imported = new Map<string, Promise<CryptoKey>>();
  /** Imports each key once, since an import costs as much as a signature. */
  const importOnce = (name: string, jwk: JWK | PublicKey): Promise<CryptoKey> => {
    let key = imported.get(name);
    if (key === undefined) {
      key = importJWK(jwk as JWK, accessToken.algorithm) as Promise<CryptoKey>;
      imported.set(name, key);
    }
    return key;
  };
  const currentKeys = async () => keysAt(await store.all(), now());

  return {
    async issue({ id, user, refreshToken }) {
      const key = (await currentKeys()).signing!;
      const issuedAt = Math.floor(now() / 1000);
      const privateKey = await importOnce(`private ${key.kid}`, key.privateJwk);
      const sign = (audience: string, claims: JWTPayload = {}): Promise<string> =>
        new SignJWT({ sid: id, ...claims })
          .setProtectedHeader({ alg: accessToken.algorithm, kid: key.kid, typ: accessToken.type })
          .setIssuer(accessToken.issuer)
          .setAudience(audience)
          .setSubject(String(user.id))
          .setIssuedAt(issuedAt)
          .setExpirationTime(issuedAt + lifetimeS)
          .setJti(randomUUID())
          .sign(privateKey);
      const tokens = { [socialToken.audience]: await sign(socialToken.audience) };
      const token = await sign(accessToken.audience, { tokens });
      return { user, accessToken: token, refreshToken, expiresIn: lifetimeS };
    },
    async published() {
      return { keys: (await currentKeys()).published.map(publicKey) };
    },
    async keys({ kid }) {
      const key = (await currentKeys()).published.find((candidate) => candidate.kid === kid);
      if (key === undefined) throw new errors.JWKSNoMatchingKey();
      return importOnce(`public ${key.kid}`, publicKey(key));
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
