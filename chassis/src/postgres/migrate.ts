// Migrations, run at every start by one instance at a time; the other instances wait and find nothing left to do.
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** Migrations by name. They run in the order of their names, so names start with a number: 0001_users. */
export type Migrations = Readonly<Record<string, Migration>>;

// Statements of other processes queue behind a migration that waits for its lock. Requests time out after 2 s (server.ts).
const LOCK_TIMEOUT = '1s';

/**
 * Brings the schema up to date. A migration that does not get a lock within 1 s fails with SQLSTATE 55P03; nothing of it is
 * done then, and the caller tries again.
 * @param db a database on a single connection
 * @returns the names of the migrations that ran now
 */
export async function migrate(
  db: Kysely<unknown>,
  migrations: Migrations,
): Promise<readonly string[]> {
  const known = { ...(await newerMigrations(db, migrations)), ...migrations };
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } });
  await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, false)`.execute(db);
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  await sql`reset lock_timeout`.execute(db);
  return results.map((result) => result.migrationName);
}

/**
 * Returns the migrations that a newer release has run, as migrations that do nothing. Kysely refuses a database with
 * unknown migrations, so the older release could not start during a rollout of the newer one, nor after a rollback.
 */
async function newerMigrations(db: Kysely<unknown>, migrations: Migrations): Promise<Migrations> {
  const { rows: tables } = await sql<{ found: boolean }>`
    select to_regclass('kysely_migration') is not null as found`.execute(db);
  if (tables[0]?.found !== true) return {};
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const newest = Object.keys(migrations).sort().at(-1) ?? '';
  const newer = rows.filter(({ name }) => name > newest);
  return Object.fromEntries(newer.map(({ name }) => [name, { up: async () => {} }]));
}
