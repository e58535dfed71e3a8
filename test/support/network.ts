// The three services in this process, on free ports, with embedded databases; and the key that Identity signs with.
import { randomUUID } from 'node:crypto';
import type { Running } from 'chassis/process/process';
import { openDatabase } from 'chassis/postgres/database';
import { createLogger } from 'chassis/observability/log';
import { accessToken } from 'contracts/tokens';
import type { Session } from 'contracts/types';
import { importJWK, SignJWT, type CryptoKey } from 'jose';
import { start as startGateway } from '../../gateway/src/service.ts';
import { createKeyStore } from '../../identity-service/src/sessions/key-store.ts';
import { migrations } from '../../identity-service/src/migrations/index.ts';
import type { Schema } from '../../identity-service/src/schema.ts';
import { start as startIdentity } from '../../identity-service/src/service.ts';
import { start as startSocial } from '../../social-service/src/service.ts';
import { embeddedDatabase, type TestDatabase } from './database.ts';

/** A key, and the name that it goes by in a token's header. */
export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

export interface Network {
  readonly identity: Running;
  readonly social: Running;
  readonly gateway: Running;
  readonly key: SigningKey;
  /** Registers somebody new at Identity. */
  join(): Promise<Session>;
  stop(): Promise<void>;
}

const common = { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent', DEMO_DATA: 'true' };

/** Starts all three with demo data. */
export async function startNetwork(): Promise<Network> {
  const places = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
  const key = await makeKey(places[0]);
  const identity = await startIdentity({ ...common, ...places[0].settings });
  const upstream = { IDENTITY_URL: identity.url };
  const social = await startSocial({ ...common, ...upstream, ...places[1].settings });
  const gateway = await startGateway({ ...common, ...upstream, SOCIAL_URL: social.url });
  return {
    identity,
    social,
    gateway,
    key,
    async join() {
      const username = `u_${randomUUID().replaceAll('-', '').slice(0, 20)}`;
      const answer = await fetch(`${identity.url}/api/users`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username, email: `${username}@example.org`, password: PASSWORD }),
      });
      return (await answer.json()) as Session;
    },
    async stop() {
      await gateway.stop();
      await Promise.all([identity.stop(), social.stop()]);
      await Promise.all(places.map((place) => place.remove()));
    },
  };
}

/** Everybody's who joins. */
export const PASSWORD = 'the same for everybody';

/** Identity's signing key, made before it starts. */
async function makeKey({ settings }: TestDatabase): Promise<SigningKey> {
  const database = await openDatabase<Schema>({
    databaseUrl: undefined,
    dataDir: settings.DATA_DIR,
    migrations,
    log: createLogger('test', 'silent'),
  });
  const [key] = await createKeyStore(database.db, { maxAgeMs: Infinity }).all();
  await database.close();
  const { kid, privateJwk } = key!;
  return { kid, key: (await importJWK(privateJwk, accessToken.algorithm)) as CryptoKey };
}

/** A token about the session's user that is good, but for what `claims` change. */
export async function signedBy(
  { kid, key }: SigningKey,
  { user, accessToken: token }: Session,
  claims: { readonly aud?: string; readonly exp?: number } = {},
): Promise<string> {
  const good = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<
    string,
    unknown
  >;
  return new SignJWT({ ...good, sub: String(user.id), ...claims })
    .setProtectedHeader({ alg: accessToken.algorithm, kid, typ: accessToken.type })
    .sign(key);
}

/** A token as it is, with `alg: none` and without its signature. */
export function unsigned(token: string): string {
  const header = JSON.stringify({ alg: 'none', typ: accessToken.type });
  return `${Buffer.from(header).toString('base64url')}.${token.split('.')[1]}.`;
}
