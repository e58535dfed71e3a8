// Migrations, run at every start by one instance at a time; the other instances wait and find nothing left to do.
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Logger } from '../observability/log.ts';
import { openServer } from './server.ts';

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

/** The lock under which rights are granted: two sessions that grant at once fail. */
const GRANTING = 7_300_001;

/**
 * Runs the migrations as a role of their own, which owns the tables, and grants the service's role what it needs: to read and
 * write rows. Whoever takes over the service cannot change the schema, switch triggers off, or make tables of their own.
 * @param service a session of the service's role
 * @returns the names of the migrations that ran now
 */
export async function migrateAsOwner(
  ownerUrl: string,
  service: Kysely<unknown>,
  migrations: Migrations,
  log: Logger,
): Promise<readonly string[]> {
  const { rows } = await sql<{ role: string }>`select current_user as role`.execute(service);
  const server = openServer(ownerUrl, log);
  try {
    return await server.withMaintenance(async (owner) => {
      const applied = await migrate(owner, migrations);
      await grantRows(owner, rows[0]!.role);
      return applied;
    });
  } finally {
    await server.close();
  }
}

const grantRows = (owner: Kysely<unknown>, name: string): Promise<void> =>
  owner.transaction().execute(async (tx) => {
    const role = sql.id(name);
    await sql`select pg_advisory_xact_lock(${GRANTING})`.execute(tx);
    await sql`grant usage on schema public to ${role}`.execute(tx);
    await sql`grant select, insert, update, delete on all tables in schema public to ${role}`.execute(
      tx,
    );
    await sql`grant usage, select, update on all sequences in schema public to ${role}`.execute(tx);
    // What has been migrated is the owner's to say.
    await sql`revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${role}`.execute(
      tx,
    );
  });
