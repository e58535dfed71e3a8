// `npm run rotate-keys`: creates a new signing key. All users stay logged in.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from 'chassis/observability/log';
import type { Command } from 'chassis/process/commands';
import { openDatabase } from 'chassis/postgres/database';
import { CLUSTER } from 'chassis/postgres/settings';
import { readSettings } from 'chassis/settings/settings';
import { StartupError } from 'chassis/base/startup-error';
import { settings } from '../config.ts';
import { createKeyStore } from '../sessions/key-store.ts';
import { sealedKeys } from '../sessions/sealed-keys.ts';
import { migrations } from '../migrations/index.ts';
import type { Schema } from '../schema.ts';
import { KEY_LEAD_MS } from '../sessions/signing-keys.ts';

const WAIT_MS = 10_000;

/** @throws StartupError when the database is unavailable; a running service holds the lock on an embedded database */
export const rotateKeys: Command = async (env, say) => {
  const { DATABASE_URL, DATABASE_OWNER_URL, DATA_DIR, LOG_LEVEL, SIGNING_KEY_SECRET } =
    readSettings(settings, env);
  if (DATABASE_URL === undefined && !existsSync(join(DATA_DIR, CLUSTER)))
    throw new StartupError(`There is no database in ${DATA_DIR}. Set DATA_DIR or DATABASE_URL.`);
  const database = await openDatabase<Schema>({
    databaseUrl: DATABASE_URL,
    ownerUrl: DATABASE_OWNER_URL,
    dataDir: DATA_DIR,
    migrations,
    log: createLogger('identity-service', LOG_LEVEL),
  }).catch((cause: unknown) => {
    if (!(cause instanceof StartupError)) throw cause;
    throw new StartupError(
      `${cause.message}\nAn embedded database allows only one process: stop the service, run this command again, and then start the service.`,
      { cause },
    );
  });
  try {
    await Promise.race([database.prepared, delay(WAIT_MS, undefined, { ref: false })]);
    const fault = await database.readiness();
    if (fault !== undefined) throw new StartupError(`${fault}.`);
    const sealed = sealedKeys(SIGNING_KEY_SECRET ?? ['none']);
    const store = createKeyStore(database.db, { maxAgeMs: Infinity, sealed });
    const { kid, createdAt } = await store.rotate();
    const from = new Date(createdAt + KEY_LEAD_MS).toISOString();
    say(`Created the key ${kid}. It signs from ${from} on.`);
    return 0;
  } finally {
    await database.close();
  }
};
