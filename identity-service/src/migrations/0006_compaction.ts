// When the log was compacted, and when a relay of each stream was there last.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // One row. `claimed_at` is the time of the last step of a compaction that runs, on whichever instance. The first compaction
  // comes one interval after this migration.
  await sql`
    create table log_compaction (
      one boolean primary key default true check (one),
      claimed_at timestamptz(3) not null default '-infinity',
      compacted_at timestamptz(3) not null default now()
    )`.execute(db);
  await sql`insert into log_compaction default values`.execute(db);
  await sql`alter table relays add column seen_at timestamptz(3) not null default now()`.execute(
    db,
  );
}
