// A generation is served only when it is complete, including the first; and a log that has lost events is marked as lost.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // 0 means that no generation is complete yet. A first generation from before this migration counts as complete, since its
  // state is unknown.
  await sql`
    alter table log_position
      alter column serving set default 0,
      add column lost boolean not null default false`.execute(db);
  await sql`
    update log_position set serving = 0 where generation = 1 and position = 0`.execute(db);
}
