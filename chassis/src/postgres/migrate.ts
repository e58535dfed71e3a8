// Migrations, run at every start: by one instance at a time, the others wait and find them done.
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** By name; they run in the order of their names, so names start with a number: 0001_users. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Brings the schema up to date.
 * @returns the names of those that ran now.
 */
export async function migrate(
  db: Kysely<unknown>,
  migrations: Migrations,
): Promise<readonly string[]> {
  const known = { ...(await newerOnes(db, migrations)), ...migrations };
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return results.map((result) => result.migrationName);
}

/**
 * What a newer release has run already, as migrations that do nothing. Kysely refuses a database with unknown ones,
 * and then the release before could not start again while a new one is rolled out, nor after it was rolled back.
 */
async function newerOnes(db: Kysely<unknown>, migrations: Migrations): Promise<Migrations> {
  const { rows: tables } = await sql<{ found: boolean }>`
    select to_regclass('kysely_migration') is not null as found`.execute(db);
  if (tables[0]?.found !== true) return {};
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const newest = Object.keys(migrations).sort().at(-1) ?? '';
  const newer = rows.filter(({ name }) => name > newest);
  return Object.fromEntries(newer.map(({ name }) => [name, { up: async () => {} }]));
}
