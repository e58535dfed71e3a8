// A copy is read from only once it is whole, the first one too; and a log that has lost its end is remembered as such.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // 0: there is no whole copy yet. Of a first copy that was begun before this, nobody knows; it counts as whole.
  await sql`
    alter table log_position
      alter column serving set default 0,
      add column lost boolean not null default false`.execute(db);
  await sql`
    update log_position set serving = 0 where generation = 1 and position = 0`.execute(db);
}
