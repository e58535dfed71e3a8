// A schema of one table, for tests of the database layer.
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { type Database, openDatabase } from 'chassis/postgres/database';
import type { Migrations } from 'chassis/postgres/migrate';
import { type Generated, type Kysely, sql } from 'kysely';

export interface Notes {
  notes: { id: Generated<number>; text: string };
}

export const migrations: Migrations = {
  '0001_notes': {
    async up(db: Kysely<unknown>) {
      await sql`create table notes (id bigint generated always as identity primary key, text text not null)`.execute(
        db,
      );
    },
  },
};

interface DatabaseSettings {
  readonly DATA_DIR: string;
  readonly DATABASE_URL?: string | undefined;
  readonly DATABASE_OWNER_URL?: string;
}

export const openNotes = (
  settings: DatabaseSettings,
  log: Logger,
  more: Migrations = {},
  metrics?: Metrics,
): Promise<Database<Notes>> =>
  openDatabase<Notes>({
    databaseUrl: settings.DATABASE_URL,
    ownerUrl: settings.DATABASE_OWNER_URL,
    dataDir: settings.DATA_DIR,
    migrations: { ...migrations, ...more },
    log,
    ...(metrics && { metrics }),
  });

/** Writes one note. @returns its id */
export const write = async ({ db }: Database<Notes>, text: string): Promise<number> =>
  (await db.insertInto('notes').values({ text }).returning('id').executeTakeFirstOrThrow()).id;

/** Reads all notes, oldest first. */
export const read = async ({ db }: Database<Notes>): Promise<string[]> =>
  (await db.selectFrom('notes').select('text').orderBy('id').execute()).map(({ text }) => text);
