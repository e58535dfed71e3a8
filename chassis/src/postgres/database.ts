// The database of a service: embedded in its data directory, or on a server; both have the same dialect and migrations.
// Every query fails with a 503 problem until the migrations have run, so a service can start before its database server.
import { Kysely, type KyselyPlugin, sql } from 'kysely';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { backOff, realTime } from '../base/time.ts';
import type { Backend } from './backend.ts';
import { openEmbedded } from './embedded.ts';
import { isLockTimeout, isUnavailable, notReady } from './errors.ts';
import { exposeFolder } from './metrics.ts';
import { migrate, migrateAsOwner, type Migrations } from './migrate.ts';
import { requireOwnSession, SharedSession } from './pooler.ts';
import { openServer } from './server.ts';
import { recordStatement } from './statement-spans.ts';

const NOT_YET = 'The database does not answer yet';
const LOCKED = 'A migration waits for a lock';

export interface DatabaseOptions<Schema> {
  /** URL of a server; undefined for an embedded database. */
  readonly databaseUrl: string | undefined;
  /** URL of the same database for the role that owns the tables, if it is another one. */
  readonly ownerUrl?: string | undefined;
  readonly dataDir: string;
  readonly migrations: Migrations;
  /** Runs after the migrations at each start; several instances may run it at once. */
  readonly seed?: (db: Kysely<Schema>) => Promise<void>;
  readonly log: Logger;
  /** Left out by commands, which nobody watches. */
  readonly metrics?: Metrics;
  /** Whether statements are recorded as spans of their requests. */
  readonly traced?: boolean;
}

export interface Database<Schema> {
  readonly db: Kysely<Schema>;
  /** Resolves when migrations and seed have run, or when the database is closed before. */
  readonly prepared: Promise<void>;
  /** Returns why the database cannot be used now; undefined when it can. */
  readiness(): Promise<string | undefined>;
  /** Usable once the database is prepared. */
  readonly withLeaderLock: Backend['withLeaderLock'];
  /** Also ends running statements. */
  close(): Promise<void>;
}

/** Returns why the preparation fails, for an error that is no bug. */
function expectedReason(error: unknown): string | undefined {
  if (error instanceof SharedSession) return error.message;
  return isUnavailable(error) ? NOT_YET : isLockTimeout(error) ? LOCKED : undefined;
}

type State =
  { readonly status: 'preparing'; readonly reason: string } | { readonly status: 'prepared' };

/**
 * Opens the database. An embedded database is prepared when the promise resolves; a server is prepared in the
 * background, with retries.
 * @throws StartupError when the data directory is in use or cannot be used
 */
export async function openDatabase<Schema>({
  databaseUrl,
  ownerUrl,
  dataDir,
  migrations,
  seed,
  log,
  metrics,
  traced = false,
}: DatabaseOptions<Schema>): Promise<Database<Schema>> {
  const backend =
    databaseUrl === undefined ? await openEmbedded(dataDir) : openServer(databaseUrl, log, metrics);
  if (metrics !== undefined && databaseUrl === undefined) exposeFolder(metrics, dataDir);
  const closing = new AbortController();
  let state: State = { status: 'preparing', reason: NOT_YET };

  const gate: KyselyPlugin = {
    transformQuery({ node }) {
      if (state.status === 'preparing') throw notReady(NOT_YET);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const db = new Kysely<Schema>({
    dialect: backend.dialect,
    plugins: [gate],
    ...(traced && { log: recordStatement }),
  });

  const prepare = (): Promise<void> =>
    backend.withMaintenance(async (maintenance) => {
      if (databaseUrl !== undefined)
        await requireOwnSession(maintenance, (work) => backend.withMaintenance(work));
      const applied = await (ownerUrl === undefined
        ? migrate(maintenance, migrations)
        : migrateAsOwner(ownerUrl, maintenance, migrations, log));
      if (applied.length > 0) log.info({ migrations: applied }, 'migrations applied');
      await seed?.(maintenance as Kysely<Schema>);
      state = { status: 'prepared' };
    });

  const prepareWithRetries = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await prepare();
      } catch (error) {
        if (closing.signal.aborted) return;
        const expected = expectedReason(error);
        const { code = 'unknown' } = error as { code?: string };
        const reason =
          error instanceof SharedSession
            ? error.message
            : `${expected ?? 'The migrations fail'} (${code})`;
        state = { status: 'preparing', reason };
        const retryInMs = backOff(failures, realTime.random);
        log.warn({ ...(expected === undefined && { err: error }), retryInMs }, reason);
        await realTime.pause(retryInMs, closing.signal);
      }
    }
  };

  const prepared = databaseUrl === undefined ? prepare() : prepareWithRetries();
  if (databaseUrl === undefined) {
    await prepared.catch(async (error: unknown) => {
      await backend.close();
      throw error;
    });
  }
  return {
    db,
    prepared,
    withLeaderLock: (key, signal, work) => backend.withLeaderLock(key, signal, work),
    async readiness() {
      if (state.status === 'preparing') return state.reason;
      try {
        const { rows } = await sql<{ recovering: boolean }>`
          select pg_is_in_recovery() as recovering`.execute(db);
        return rows[0]!.recovering ? 'The database is in recovery, and takes no writes' : undefined;
      } catch (error) {
        return `The database does not answer (${(error as { code?: string }).code ?? 'unknown'})`;
      }
    },
    async close() {
      closing.abort();
      await backend.close();
      await prepared;
    },
  };
}
