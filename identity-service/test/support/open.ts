// The database of a test, with this service's tables.
import { createLogger, type Logger } from 'chassis/observability/log';
import { type Database, openDatabase } from 'chassis/postgres/database';
import type { TestDatabase } from 'chassis/testing/database';
import { seed } from '../../src/demo.ts';
import { migrations } from '../../src/migrations/index.ts';
import type { Schema } from '../../src/schema.ts';

export const silent: Logger = createLogger('test', 'silent');

/** Opens it, with demo users unless told otherwise. */
export async function open(
  { settings }: TestDatabase,
  log: Logger = silent,
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

/** A clock that a test moves. */
export interface Clock {
  readonly now: () => number;
  /** Moves it on, in milliseconds. */
  pass(ms: number): void;
}

export function clockAt(start: string): Clock {
  let at = Date.parse(start);
  return { now: () => at, pass: (ms) => void (at += ms) };
}
