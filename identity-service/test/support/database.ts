// Identity's database for tests, without a service around it.
import { createLogger, type Logger } from 'chassis/observability/log';
import { type Database, openDatabase } from 'chassis/postgres/database';
import type { TestDatabase } from 'chassis/testing/database';
import { seed } from '../../src/demo.ts';
import { migrations } from '../../src/migrations/index.ts';
import type { Schema } from '../../src/schema.ts';

export const silentLog: Logger = createLogger('test', 'silent');

/** Opens a database and makes the tables. @param demo whether to add the demo users */
export async function openTestDatabase(
  { settings }: TestDatabase,
  log: Logger = silentLog,
  demo = true,
): Promise<Database<Schema>> {
  const database = await openDatabase<Schema>({
    databaseUrl: settings.DATABASE_URL,
    dataDir: settings.DATA_DIR,
    migrations,
    ...(demo && { seed }),
    log,
  });
  await database.prepared;
  return database;
}
