// A PostgreSQL server: a bounded number of connections, and a deadline on every wait.
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { Pool, type PoolClient, type PoolConfig, TypeOverrides } from 'pg';
import type { Logger } from '../observability/log.ts';
import { type Backend, INT8, parseInt8 } from './backend.ts';
import { databaseError, guarded, SQLSTATE } from './errors.ts';
import { withAdvisoryLock } from './advisory-lock.ts';

// For a new connection, and for a turn in the pool.
const CONNECT_MS = 1_500;

const FOR_REQUESTS: PoolConfig = {
  max: 10,
  // The server ends a statement that takes longer; when even that is not heard of, the connection is given up.
  statement_timeout: 2_000,
  query_timeout: 3_000,
  // Of a client that is lost in the midst of a transaction the server hears nothing, and would keep its locks for hours.
  idle_in_transaction_session_timeout: 5_000,
  idleTimeoutMillis: 30_000,
};

/** What migrates may think for longer between two statements. */
const FOR_MAINTENANCE: PoolConfig = { idle_in_transaction_session_timeout: 60_000 };

/** Connects to nothing yet: connections are made when they are wanted, and again when they break. */
export function openServer(url: string, log: Logger): Backend {
  const requests = openPool({ connectionString: url, ...FOR_REQUESTS }, log);
  const maintenance = new Set<PostgresPool>();
  const maintain: Backend['withMaintenance'] = async (work) => {
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
    withMaintenance: maintain,
    withLeaderLock: (key, signal, work) =>
      maintain((db) => withAdvisoryLock(db, key, signal, work)),
    async close() {
      await Promise.all([requests, ...maintenance].map((pool) => pool.end()));
    },
  };
}

/** Ends a connection; a server that is gone would never answer a farewell, so none is waited for. */
function cut(client: PoolClient): Promise<void> {
  const over = client.end();
  client.connection.stream.destroy();
  return over;
}

/** A pool whose errors are DatabaseErrors, and whose `end` waits for nobody: busy connections are cut. */
function openPool(config: PoolConfig, log: Logger): PostgresPool {
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
  // An idle connection that breaks is replaced by the next request; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ code: databaseError(error).code }, 'a connection broke'));

  const end = async (): Promise<void> => {
    const over = pool.end();
    await Promise.all([...busy].map(cut));
    await over;
  };
  return {
    options: {},
    end: () => (ended ??= end()),
    async connect() {
      const client = await guarded(pool.connect());
      if (ended !== undefined) {
        client.release(true);
        throw databaseError(undefined);
      }
      busy.add(client);
      let broken = false;
      // The pool listens to idle ones only; one that is lent can break between two statements.
      const onError = (): void => {
        broken = true;
      };
      client.on('error', onError);
      const lent = {
        async query(sql: string, parameters: readonly unknown[]) {
          try {
            return await guarded(client.query(sql, [...parameters]));
          } catch (error) {
            // Cut, or still waiting for an answer that nobody wants any more: not to be lent again.
            broken ||= !SQLSTATE.test(databaseError(error).code);
            throw error;
          }
        },
        release(destroy?: boolean) {
          busy.delete(client);
          client.off('error', onError);
          client.release(destroy === true || broken);
        },
      };
      return lent as unknown as PostgresPoolClient;
    },
  };
}
