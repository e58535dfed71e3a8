// Social's database for tests of what is in it, without a service around it.
import { createLogger, type Logger } from 'chassis/log';
import { type Database, openDatabase } from 'chassis/postgres';
import type { TestDatabase } from '../../../test/support/database.ts';
import { seed } from '../../src/demo.ts';
import { migrations } from '../../src/migrations/index.ts';
import type { Schema } from '../../src/schema.ts';

/** Opened, with its tables; `demo` fills it, too. */
export async function openStores(
  { settings }: TestDatabase,
  { demo = false, log = createLogger('test', 'silent') }: { demo?: boolean; log?: Logger } = {},
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
