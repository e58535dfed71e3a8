// A PostgreSQL server: a limited number of connections, and a time limit on every wait.
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { Pool, type PoolClient, type PoolConfig, TypeOverrides } from 'pg';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import {
  type Backend,
  type ConnectionUse,
  INT8,
  type OnDatabaseFailure,
  parseInt8,
} from './backend.ts';
import { databaseError, isUnavailable, withDatabaseErrors, SQLSTATE } from './errors.ts';
import { withAdvisoryLock } from './advisory-lock.ts';
import { exposeServer } from './metrics.ts';

// Limits the time to open a connection, and the time to wait for one in the pool.
const CONNECT_MS = 1_500;

const MAX_CONNECTIONS = 10;

const FOR_REQUESTS: PoolConfig = {
  max: MAX_CONNECTIONS,
  // The server ends a statement after 2 s; when no answer comes, the driver gives up after 3 s.
  statement_timeout: 2_000,
  query_timeout: 3_000,
  // Without it, the server would keep the transaction and the locks of a vanished client for hours.
  idle_in_transaction_session_timeout: 5_000,
  idleTimeoutMillis: 30_000,
};

/** Migrations may take longer between two statements. */
const FOR_MAINTENANCE: PoolConfig = { idle_in_transaction_session_timeout: 60_000 };

/** Opens no connection yet: the pool opens connections when they are needed, and replaces broken ones. */
export function openServer(url: string, log: Logger, metrics?: Metrics): Backend {
  const requests = openPool({ connectionString: url, ...FOR_REQUESTS }, log, (what) =>
    onFailure?.(what),
  );
  const onFailure = metrics && exposeServer(metrics, requests.use);
  const maintenance = new Set<PostgresPool>();
  const withMaintenance: Backend['withMaintenance'] = async (work) => {
    const pool = openPool({ connectionString: url, max: 1, ...FOR_MAINTENANCE }, log);
    maintenance.add(pool);
    try {
      return await work(new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }));
    } finally {
      maintenance.delete(pool);
      await pool.end();
    }
  };
  return {
    dialect: new PostgresDialect({ pool: requests }),
    withMaintenance,
    withLeaderLock: (key, signal, work) =>
      withMaintenance((db) => withAdvisoryLock(db, key, signal, work)),
    async close() {
      await Promise.all([requests, ...maintenance].map((pool) => pool.end()));
    },
  };
}

/** Ends a connection without waiting for the server, which would never answer when it is gone. */
function terminate(client: PoolClient): Promise<void> {
  const ended = client.end();
  client.connection.stream.destroy();
  return ended;
}

/** Makes a pool whose errors are DatabaseErrors, and whose `end` also terminates busy connections. */
function openPool(
  config: PoolConfig,
  log: Logger,
  onFailure: OnDatabaseFailure = () => undefined,
): PostgresPool & { readonly use: () => ConnectionUse } {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(INT8, parseInt8);
  const pool = new Pool({
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: overrides,
    ...config,
  });
  const busy = new Set<PoolClient>();
  let ended: Promise<void> | undefined;
  // The next request replaces a broken idle connection. Without a listener, the error would end the process.
  pool.on('error', (error) =>
    log.warn(
      { code: databaseError(error).code },
      'idle database connection lost; the next request opens a new one',
    ),
  );

  const end = async (): Promise<void> => {
    const poolEnded = pool.end();
    await Promise.all([...busy].map(terminate));
    await poolEnded;
  };
  return {
    options: {},
    end: () => (ended ??= end()),
    use: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      max: MAX_CONNECTIONS,
    }),
    async connect() {
      const client = await withDatabaseErrors(pool.connect()).catch((error: unknown) => {
        onFailure('connect');
        throw error;
      });
      if (ended !== undefined) {
        client.release(true);
        throw databaseError(undefined);
      }
      busy.add(client);
      let broken = false;
      // The pool listens only to idle clients, but a busy client can break between two statements, too.
      const onError = (): void => {
        broken = true;
      };
      client.on('error', onError);
      const wrapped = {
        async query(sql: string, parameters: readonly unknown[]) {
          try {
            return await withDatabaseErrors(client.query(sql, [...parameters]));
          } catch (error) {
            // The connection broke, or a late answer may still arrive: the client must not be used again.
            broken ||= !SQLSTATE.test(databaseError(error).code);
            if (isUnavailable(error)) onFailure('statement');
            throw error;
          }
        },
        release(destroy?: boolean) {
          busy.delete(client);
          client.off('error', onError);
          client.release(destroy === true || broken);
        },
      };
      return wrapped as unknown as PostgresPoolClient;
    },
  };
}
