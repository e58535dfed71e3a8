// The epoch of the replica's offset, the time of its event, and what a rebuild must reach before it is served.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table log_position
      add column epoch text collate "C",
      add column event_time text collate "C",
      add column served_offset bigint,
      add column served_epoch text collate "C",
      add column accepted_epoch text collate "C"`.execute(db);
}
