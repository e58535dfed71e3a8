// A whole service that keeps data, from an environment to two listeners.
import type { Express } from 'express';
import type { Kysely } from 'kysely';
import { front } from './front.ts';
import { createLogger, type Logger } from './log.ts';
import { messagesOf } from './messages.ts';
import { createMetrics } from './metrics.ts';
import type { Migrations } from './postgres-migrate.ts';
import type { databaseSettings } from './postgres-settings.ts';
import { openDatabase } from './postgres.ts';
import { serve, type Running } from './process.ts';
import { type commonSettings, readSettings, type z } from './settings.ts';

type Shape = ReturnType<typeof commonSettings> & ReturnType<typeof databaseSettings>;

export interface DatabaseService<Schema> {
  readonly name: string;
  readonly settings: z.ZodObject<Shape>;
  readonly migrations: Migrations;
  /** Fills an empty database with demo data. */
  readonly seed: (db: Kysely<Schema>) => Promise<void>;
  readonly createApp: (db: Kysely<Schema>, log: Logger) => Express;
}

/** @throws StartError for what a person has to mend: a wrong setting, a taken port, a data directory in use. */
export async function startDatabaseService<Schema>(
  { name, settings: schema, migrations, seed, createApp }: DatabaseService<Schema>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const settings = readSettings(schema, env);
  const log = createLogger(name, settings.LOG_LEVEL);
  const metrics = createMetrics();
  const database = await openDatabase<Schema>({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    migrations,
    ...(settings.DEMO_DATA && { seed }),
    log,
  });
  const app = createApp(database.db, log);
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
