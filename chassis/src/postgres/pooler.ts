// Notices a pooler that gives each transaction another connection to the server, such as PgBouncer with pool_mode=transaction.
// Locks of a session do not hold there: the lock of one process would be the lock of another.
import { type Kysely, sql } from 'kysely';

/** Its message is for operators. */
export class SharedSession extends Error {
  override readonly name = 'SharedSession';

  constructor() {
    super(
      'A pooler shares connections to the database between sessions, as PgBouncer with pool_mode=transaction; connect to PostgreSQL itself, or set pool_mode=session',
    );
  }
}

/** A pooler may have another free connection, too, so the check is repeated. */
const ATTEMPTS = 3;

/**
 * Compares the connections to the server of two sessions that are open at the same time.
 * @param openOther opens a second session, for the time of the work
 * @throws SharedSession when both have the same connection
 */
export function requireOwnSession(
  db: Kysely<unknown>,
  openOther: <T>(work: (other: Kysely<unknown>) => Promise<T>) => Promise<T>,
): Promise<void> {
  return db.connection().execute(async (session) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const own = await backendOf(session);
      // In a transaction, so that a pooler has to give it a connection for as long.
      const other = await openOther((second) => second.transaction().execute(backendOf));
      if (own === other) throw new SharedSession();
    }
  });
}

/** Returns the process id of the server's side of the connection. */
async function backendOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
  return rows[0]!.pid;
}
