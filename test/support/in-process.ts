// The three services in this process, on free ports, with embedded databases and a known signing key.
import type { Running } from 'chassis/process/process';
import { openDatabase } from 'chassis/postgres/database';
import { createLogger } from 'chassis/observability/log';
import { accessToken } from 'contracts/tokens';
import type { Session } from 'contracts/types';
import { start as startGateway } from '../../gateway/src/service.ts';
import { createKeyStore } from '../../identity-service/src/sessions/key-store.ts';
import { migrations } from '../../identity-service/src/migrations/index.ts';
import type { Schema } from '../../identity-service/src/schema.ts';
import { start as startIdentity } from '../../identity-service/src/service.ts';
import { start as startSocial } from '../../social-service/src/service.ts';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { signingKey, type SigningKey } from 'chassis/testing/tokens';
import { HIGH_LIMITS } from 'chassis/testing/users';
import { register } from './user-load.ts';

export interface Services {
  readonly identity: Running;
  readonly social: Running;
  readonly gateway: Running;
  /** Identity's signing key. */
  readonly key: SigningKey;
  /** Registers a new user at Identity. */
  register(): Promise<Session>;
  stop(): Promise<void>;
}

const COMMON = { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'silent', DEMO_DATA: 'true' };

type Env = Readonly<Record<string, string>>;

/** Starts the three services with demo data. @param env settings of all three @param own settings of one of them */
export async function startServices(
  env: Env = {},
  own: { readonly identity?: Env; readonly social?: Env } = {},
): Promise<Services> {
  const common = { ...COMMON, ...env };
  const databases = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
  const key = await makeKey(databases[0]);
  const identity = await startIdentity({
    ...common,
    ...HIGH_LIMITS,
    ...databases[0].settings,
    ...own.identity,
  });
  const upstream = { IDENTITY_URL: identity.url };
  const social = await startSocial({
    ...common,
    ...HIGH_LIMITS,
    ...upstream,
    ...databases[1].settings,
    ...own.social,
  });
  const gateway = await startGateway({
    ...common,
    ...HIGH_LIMITS,
    ...upstream,
    SOCIAL_URL: social.url,
  });
  return {
    identity,
    social,
    gateway,
    key,
    register: () => register(identity.url),
    async stop() {
      await gateway.stop();
      await Promise.all([identity.stop(), social.stop()]);
      await Promise.all(databases.map((database) => database.remove()));
    },
  };
}

/** Creates Identity's signing key in its database before Identity starts. */
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
  return signingKey(accessToken, kid, privateJwk);
}
