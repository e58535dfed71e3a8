// Social's database for tests, without a service around it.
import { type Kysely, sql } from 'kysely';
import { createLogger, type Logger } from 'chassis/observability/log';
import { type Database, openDatabase } from 'chassis/postgres/database';
import type { Migrations } from 'chassis/postgres/migrate';
import type { TestDatabase } from 'chassis/testing/database';
import { seed } from '../../src/demo.ts';
import { migrations } from '../../src/migrations/index.ts';
import type { Schema } from '../../src/schema.ts';

export interface DatabaseOptions {
  /** Adds the demo data. */
  readonly demo?: boolean;
  /** The migrations of an earlier release; all when left out. */
  readonly released?: Migrations;
  readonly log?: Logger;
}

/** Opens a database and makes the tables. */
export async function openTestDatabase(
  { settings }: TestDatabase,
  {
    demo = false,
    released = migrations,
    log = createLogger('test', 'silent'),
  }: DatabaseOptions = {},
): Promise<Database<Schema>> {
  const database = await openDatabase<Schema>({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    migrations: released,
    ...(demo && { seed }),
    log,
  });
  await database.prepared;
  return database;
}

/** Empties the tables, as before the first event. */
export async function emptyDatabase(db: Kysely<Schema>): Promise<void> {
  await sql`truncate posts, friendships, idempotency_keys, authors, departed, broken_events`.execute(
    db,
  );
  await sql`
    delete from log_position`.execute(db);
  await sql`insert into log_position (name) values ('users')`.execute(db);
}
