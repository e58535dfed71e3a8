// A whole service that keeps data, from an environment to two listeners.
import type { Express } from 'express';
import type { Kysely } from 'kysely';
import type { Readiness } from '../http/admin.ts';
import type { Route } from '../http/app.ts';
import { edge } from '../http/edge.ts';
import { startJobs, type Job } from './jobs.ts';
import { createLogger, type Logger } from '../observability/log.ts';
import { messageClassesOf } from '../http/app.ts';
import { createMetrics, type Metrics } from '../observability/metrics.ts';
import { databaseProblem } from '../postgres/errors.ts';
import type { Migrations } from '../postgres/migrate.ts';
import type { databaseSettings } from '../postgres/settings.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { serve, type Running } from './process.ts';
import { type commonSettings, readSettings, type z } from '../settings/settings.ts';

type Shape = ReturnType<typeof commonSettings> & ReturnType<typeof databaseSettings>;

/** What a service's own code is made with. */
export interface ServiceContext<Schema, Settings> {
  readonly db: Kysely<Schema>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly settings: Readonly<Settings>;
  /** Resolves once migrations and seed have run, or the service is stopped before. */
  readonly prepared: Promise<void>;
  /** For work that one instance at a time does; only once the database is prepared. */
  readonly withLeaderLock: Database<Schema>['withLeaderLock'];
}

/** A service's own code. */
export interface Service {
  readonly app: Express;
  /** Of the admin listener, beside those that every process has. Database errors are problems there, too. */
  readonly adminRoutes?: readonly Route[];
  readonly jobs?: readonly Job[];
  /** Asked once the database is ready, for what else has to be. */
  readonly readiness?: Readiness;
  /** Called once, at the beginning of the end: requests that wait for something should be answered now. */
  readonly onStopping?: () => void;
  /** Closes what it holds beside the database; runs before that is closed. */
  readonly close?: () => Promise<void> | void;
}

export interface DatabaseService<Schema, Own extends Shape> {
  readonly name: string;
  readonly settings: z.ZodObject<Own>;
  readonly migrations: Migrations;
  /** Fills an empty database with demo data. */
  readonly seed: (db: Kysely<Schema>) => Promise<void>;
  readonly create: (context: ServiceContext<Schema, z.output<z.ZodObject<Own>>>) => Service;
}

/** @throws StartError for what a person has to mend: a wrong setting, a taken port, a data directory in use. */
export async function startDatabaseService<Schema, Own extends Shape>(
  { name, settings: schema, migrations, seed, create }: DatabaseService<Schema, Own>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const own = readSettings(schema, env);
  // The compiler does not see through a generic shape that every service's settings hold these.
  const settings = own as Readonly<z.output<z.ZodObject<Shape>>>;
  const log = createLogger(name, settings.LOG_LEVEL);
  const metrics = createMetrics();
  const database = await openDatabase<Schema>({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    migrations,
    ...(settings.DEMO_DATA && { seed }),
    log,
  });
  const { db, prepared, withLeaderLock } = database;
  const service = create({ db, log, metrics, settings: own, prepared, withLeaderLock });
  const { app, adminRoutes = [], jobs = [], readiness, onStopping, close } = service;
  const endJobs = startJobs(jobs, prepared, log);
  return serve({
    handler: edge(app, { metrics, log, maxInFlight: settings.MAX_IN_FLIGHT }),
    messages: messageClassesOf(app),
    settings,
    metrics,
    log,
    readiness: async () => (await database.readiness()) ?? (await readiness?.()),
    routes: adminRoutes,
    toProblem: databaseProblem,
    ...(onStopping && { onStopping }),
    async close() {
      await close?.();
      // Closing the database ends what a job still waits for.
      await Promise.all([endJobs(), database.close()]);
    },
  });
}
