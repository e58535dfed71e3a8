// Compaction: deletes events that newer events supersede. The newest event of each user stays, so a consumer that reads the
// log ends with the same state.
import { type Kysely, sql } from 'kysely';
import { type Step, withEventLogLock } from './steps.ts';
import type { Schema } from '../schema.ts';

const BATCH = 1_000;
/** How long a UserDeleted is kept after it has become the only event of its user, in days. */
export const TOMBSTONE_DAYS = 30;

/** For so many hours compaction waits for a relay that is not there, as when NATS_URL was removed. */
export const RELAY_GONE_H = 24;

export type Compacted = Step<'superseded' | 'tombstones'>;

/**
 * Returns a step that checks the next 1,000 events after an offset, and deletes:
 * - events superseded by a newer event of the same user: a consumer reads that newer event later;
 * - a tombstone: a UserDeleted that has been the only event of its user for 30 days. A consumer that has read an older
 *   event of the user had 30 days to read the tombstone. The newest event of the log stays, so that the end offset never
 *   goes back.
 * Events that are not published yet stay: the relay compares the end of the stream with the log (stream-check.ts). A relay
 * that was not there for a day does not count.
 */
export const compactionIn =
  (db: Kysely<Schema>) =>
  (after: number): Promise<Compacted> =>
    withEventLogLock(db, async (tx) => {
      const { rows } = await sql<{ last: number | null } & Compacted['result']>`
        with batch as (
          select position, type, sole_since, exists (
            select from user_events newer
            where newer.user_id = event.user_id and newer.position > event.position
          ) as is_superseded, exists (
            select from user_events older
            where older.user_id = event.user_id and older.position <= ${after}
          ) as has_older
          from user_events event
          where position > ${after}
            and position <= (
              select coalesce(min(position), ${Number.MAX_SAFE_INTEGER}) from relays
              where seen_at > now() - make_interval(hours => ${RELAY_GONE_H}))
          order by position limit ${BATCH}
        ), superseded as (
          delete from user_events using batch
          where user_events.position = batch.position and is_superseded returning 1
        ), tombstones as (
          delete from user_events using batch
          where user_events.position = batch.position and not is_superseded
            and batch.sole_since < now() - make_interval(days => ${TOMBSTONE_DAYS})
            and batch.position < (select max(position) from user_events)
          returning 1
        ), sole as (
          update user_events set sole_since = now() from batch
          where user_events.position = batch.position and batch.type = 'UserDeleted'
            and batch.sole_since is null and not is_superseded and not has_older
        )
        select (select max(position) from batch) as last,
          (select count(*) from superseded) as superseded,
          (select count(*) from tombstones) as tombstones`.execute(tx);
      const { last, superseded, tombstones } = rows[0]!;
      return { result: { superseded, tombstones }, next: last };
    });
