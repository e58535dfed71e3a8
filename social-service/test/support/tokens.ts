// Stands in for Identity: makes access tokens, good ones and others, and serves the keys to check them with.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

export interface KeyServer {
  readonly url: string;
  /** How often it was asked. */
  asked(): number;
  /** Answers nobody any more, and cuts who asks. */
  leave(): void;
  comeBack(): void;
  stop(): Promise<void>;
}

/** Serves these keys where Identity does. */
export async function serveKeys(keys: readonly JWK[]): Promise<KeyServer> {
  let asked = 0;
  let away = false;
  const server = createServer((req, res) => {
    if (away) {
      req.socket.destroy();
      return;
    }
    asked += 1;
    const known = req.url === '/.well-known/jwks.json';
    res.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(known ? { keys } : {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    leave() {
      away = true;
    },
    comeBack() {
      away = false;
    },
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
