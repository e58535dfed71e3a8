// Which position the stored epoch and time belong to. A release without epochs moves the position alone, when a deployment is
// rolled back; the epoch and the time are then of another event.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table log_position add column epoch_offset bigint`.execute(db);
}
