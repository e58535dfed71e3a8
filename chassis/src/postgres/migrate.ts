// Migrations, run at every start by one instance at a time; the other instances wait and find nothing left to do.
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** Migrations by name. They run in the order of their names, so names start with a number: 0001_users. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Brings the schema up to date.
 * @returns the names of the migrations that ran now
 */
export async function migrate(
  db: Kysely<unknown>,
  migrations: Migrations,
): Promise<readonly string[]> {
  const known = { ...(await newerMigrations(db, migrations)), ...migrations };
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
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
