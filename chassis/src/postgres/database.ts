// A service's database: embedded in its data directory, or on a server; one dialect and one set of migrations for both.
// Until its migrations have run every query fails with a 503 problem, so a service can start before its server does.
import { Kysely, type KyselyPlugin, sql } from 'kysely';
import type { Logger } from '../observability/log.ts';
import { backOff, realTime } from '../base/time.ts';
import type { Backend } from './backend.ts';
import { openEmbedded } from './embedded.ts';
import { isUnavailable, notReady } from './errors.ts';
import { migrate, type Migrations } from './migrate.ts';
import { openServer } from './server.ts';

const NOT_YET = 'The database does not answer yet';

export interface DatabaseOptions<Schema> {
  /** A server; without it the database is embedded. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly migrations: Migrations;
  /** Runs after the migrations at each start; several instances may run it at once. */
  readonly seed?: (db: Kysely<Schema>) => Promise<void>;
  readonly log: Logger;
}

export interface Database<Schema> {
  readonly db: Kysely<Schema>;
  /** Resolves once migrations and seed have run, or it is closed before. */
  readonly prepared: Promise<void>;
  /** Why it cannot be used now, in a few words; undefined when it can. */
  readiness(): Promise<string | undefined>;
  /** Only once it is prepared. */
  readonly withLeaderLock: Backend['withLeaderLock'];
  /** Ends running statements too. */
  close(): Promise<void>;
}

type State = { readonly is: 'preparing'; readonly why: string } | { readonly is: 'prepared' };

/**
 * Opens the database. The embedded one is prepared when this resolves; a server is waited for in the background.
 * @throws StartError when the data directory is in use or cannot be used.
 */
export async function openDatabase<Schema>({
  databaseUrl,
  dataDir,
  migrations,
  seed,
  log,
}: DatabaseOptions<Schema>): Promise<Database<Schema>> {
  const backend =
    databaseUrl === undefined ? await openEmbedded(dataDir) : openServer(databaseUrl, log);
  const closing = new AbortController();
  let state: State = { is: 'preparing', why: NOT_YET };

  const gate: KyselyPlugin = {
    transformQuery({ node }) {
      if (state.is === 'preparing') throw notReady(NOT_YET);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const db = new Kysely<Schema>({ dialect: backend.dialect, plugins: [gate] });

  const prepare = (): Promise<void> =>
    backend.withMaintenance(async (maintenance) => {
      const ran = await migrate(maintenance, migrations);
      if (ran.length > 0) log.info({ migrations: ran }, 'the schema is up to date');
      await seed?.(maintenance as Kysely<Schema>);
      state = { is: 'prepared' };
    });

  const keepTrying = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await prepare();
      } catch (error) {
        if (closing.signal.aborted) return;
        const unavailable = isUnavailable(error);
        const { code = 'unknown' } = error as { code?: string };
        const why = `${unavailable ? NOT_YET : 'The migrations fail'} (${code})`;
        state = { is: 'preparing', why };
        const retryInMs = backOff(failures, realTime.random);
        log.warn({ ...(unavailable ? {} : { err: error }), retryInMs }, why);
        await realTime.pause(retryInMs, closing.signal);
      }
    }
  };

  const prepared = databaseUrl === undefined ? prepare() : keepTrying();
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
      if (state.is === 'preparing') return state.why;
      try {
        await sql`select 1`.execute(db);
        return undefined;
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
