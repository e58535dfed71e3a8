// Retention: deletes old events. A consumer that was away for longer learns from the start of the log that it has missed some.
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';

const BATCH = 1_000;

/**
 * Deletes the events that are older than `days`, oldest first, in small transactions. The newest event stays, so that the end
 * of the log never goes back. Several instances may do this at once.
 * @returns how many events were deleted
 */
export async function deleteOldEvents<Schema>(
  db: Kysely<Schema>,
  table: string,
  days: number,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { rows } = await sql<{ count: number }>`
      with gone as (
        delete from ${sql.table(table)} where position in (
          select position from (
            select position, created_at from ${sql.table(table)} order by position limit ${BATCH}
          ) as oldest
          where created_at < now() - make_interval(days => ${days})
            and position < (select max(position) from ${sql.table(table)}))
        returning position
      ), moved as (
        update log_start set position = greatest(position, (select max(position) from gone))
        where exists (select from gone)
      )
      select count(*) as count from gone`.execute(db);
    const { count } = rows[0]!;
    deleted += count;
    if (count < BATCH) return deleted;
    // The embedded database runs in this process, so other work must get a chance between steps.
    await yieldToEventLoop();
  }
}
