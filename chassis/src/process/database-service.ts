// Starts a service that stores data, from the environment to two listeners.
import type { commonSettings } from '../settings/common.ts';
import type { Express } from 'express';
import type { Kysely } from 'kysely';
import { adminAccess } from '../admin/access.ts';
import type { Readiness } from '../admin/app.ts';
import type { Route } from '../http/app.ts';
import { createAdmission } from '../http/admission.ts';
import { edge } from '../http/edge.ts';
import { startJobs, type Job } from './jobs.ts';
import { warnOfDemoSecrets } from '../observability/demo-secrets.ts';
import { createLogger, type Logger } from '../observability/log.ts';
import { messageClassesOf } from '../http/request-context.ts';
import { createMetrics, type Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/span.ts';
import { openTracing } from '../observability/tracing.ts';
import { databaseProblem } from '../postgres/errors.ts';
import type { Migrations } from '../postgres/migrate.ts';
import type { databaseSettings } from '../postgres/settings.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { serve, type Running } from './process.ts';
import { readSettings, type z } from '../settings/settings.ts';

type Shape = ReturnType<typeof commonSettings> & ReturnType<typeof databaseSettings>;

/** What the chassis gives to a service's own code. */
export interface ServiceContext<Schema, Settings> {
  readonly db: Kysely<Schema>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Undefined unless spans are exported. */
  readonly tracing?: Tracing | undefined;
  readonly settings: Readonly<Settings>;
  /** Resolves when migrations and seed have run, or when the service stops before. */
  readonly prepared: Promise<void>;
  /** For work that one instance at a time does; usable once the database is prepared. */
  readonly withLeaderLock: Database<Schema>['withLeaderLock'];
}

/** A service's own code. */
export interface Service {
  readonly app: Express;
  /** Further routes of the admin listener. Database errors become problems there, too. */
  readonly adminRoutes?: readonly Route[];
  readonly jobs?: readonly Job[];
  /** Further conditions of readiness; called when the database is ready. */
  readonly readiness?: Readiness;
  /** What an operator should know although the service is ready; shown by /readyz. */
  readonly notice?: () => string | undefined;
  /** Called once when the process stops accepting requests: long polls should be answered now. */
  readonly onStopping?: () => void;
  /** Closes the service's own resources; runs before the database is closed. */
  readonly close?: () => Promise<void> | void;
}

export interface DatabaseService<Schema, Own extends Shape> {
  readonly name: string;
  /** The version of the contract. */
  readonly version?: string;
  readonly settings: z.ZodObject<Own>;
  readonly migrations: Migrations;
  /** Fills an empty database with demo data. */
  readonly seed: (db: Kysely<Schema>) => Promise<void>;
  readonly create: (context: ServiceContext<Schema, z.output<z.ZodObject<Own>>>) => Service;
}

/** @throws StartupError for faults that a person can correct: a wrong setting, a taken port, a data directory in use */
export async function startDatabaseService<Schema, Own extends Shape>(
  { name, version, settings: schema, migrations, seed, create }: DatabaseService<Schema, Own>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Running> {
  const own = readSettings(schema, env);
  // The compiler cannot see that the settings of a generic schema contain those of Shape.
  const settings = own as Readonly<z.output<z.ZodObject<Shape>>>;
  adminAccess(settings); // Refuses the start before the database is opened.
  const log = createLogger(name, settings.LOG_LEVEL);
  warnOfDemoSecrets(settings, log);
  const metrics = createMetrics();
  const tracing = await openTracing(name, settings);
  const database = await openDatabase<Schema>({
    databaseUrl: settings.DATABASE_URL,
    ownerUrl: settings.DATABASE_OWNER_URL,
    dataDir: settings.DATA_DIR,
    migrations,
    ...(settings.DEMO_DATA && { seed }),
    log,
    metrics,
    traced: tracing !== undefined,
  });
  const { db, prepared, withLeaderLock } = database;
  let service: Service;
  try {
    service = create({ db, log, metrics, tracing, settings: own, prepared, withLeaderLock });
  } catch (error) {
    await database.close();
    throw error;
  }
  const { app, adminRoutes = [], jobs = [], readiness, notice, onStopping, close } = service;
  const stopJobs = startJobs(jobs, prepared, log);
  const admission = createAdmission({ metrics, maxInFlight: settings.MAX_IN_FLIGHT });
  return serve({
    // Its clients are gateways, which keep their connections: connections are not what there is too much of.
    handler: edge(app, { metrics, log, tracing, admission, accessLog: settings.ACCESS_LOG }),
    messages: messageClassesOf(app),
    settings,
    ...(version !== undefined && { version }),
    metrics,
    log,
    readiness: async () => (await database.readiness()) ?? (await readiness?.()),
    ...(notice && { notice }),
    routes: adminRoutes,
    toProblem: databaseProblem,
    ...(onStopping && { onStopping }),
    async close() {
      await close?.();
      // Closing the database ends the queries that jobs wait for.
      await Promise.all([stopJobs(), database.close()]);
      await tracing?.close();
    },
  });
}
