// The whole service, from an environment to two listeners.
import { front } from 'chassis/front';
import { createLogger } from 'chassis/log';
import { messagesOf } from 'chassis/messages';
import { createMetrics } from 'chassis/metrics';
import { openDatabase } from 'chassis/postgres';
import { type Running, serve } from 'chassis/process';
import { readSettings } from 'chassis/settings';
import { createSocialApp } from './app.ts';
import { settings as schema } from './config.ts';
import { seed } from './demo.ts';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

/** @throws StartError for what a person has to mend: a wrong setting, a taken port, a data directory in use. */
export async function start(env: Readonly<Record<string, string | undefined>>): Promise<Running> {
  const settings = readSettings(schema, env);
  const log = createLogger('social-service', settings.LOG_LEVEL);
  const metrics = createMetrics();
  const database = await openDatabase<Schema>({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    migrations,
    ...(settings.DEMO_DATA && { seed }),
    log,
  });
  const app = createSocialApp(database.db, log);
  return serve({
    handler: front(app, { metrics, log, maxInFlight: settings.MAX_IN_FLIGHT }),
    messages: messagesOf(app),
    settings,
    metrics,
    log,
    readiness: () => database.readiness(),
    close: () => database.close(),
  });
}
