// Making the log shorter without changing what it leads to: the newest event of each user stays.
import { type Kysely, sql } from 'kysely';
import { type Step, withEventLogLock } from './steps.ts';
import type { Schema } from '../schema.ts';

const BATCH = 1_000;
/** So long a UserDeleted stays, once it is its user's only event. */
export const TOMBSTONE_DAYS = 30;

export type Compacted = Step<'superseded' | 'tombstones'>;

/**
 * Makes steps that look at some events after a position, and delete
 * - those that a newer one of the same user supersedes: whoever reads on comes to that one;
 * - a UserDeleted that has been the only event of its user for 30 days: whoever has read an older one had 30 days to
 *   read this one. Never the newest of all: a log's end does not go back.
 * Nothing goes before the relay has published it: by what stands at the stream's end it knows that the stream is of this
 * log; see same-log.ts.
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
          ) as is_left_behind
          from user_events event
          where position > ${after}
            and position <= (select coalesce(min(position), ${Number.MAX_SAFE_INTEGER}) from relays)
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
        ), alone as (
          update user_events set sole_since = now() from batch
          where user_events.position = batch.position and batch.type = 'UserDeleted'
            and batch.sole_since is null and not is_superseded and not is_left_behind
        )
        select (select max(position) from batch) as last,
          (select count(*) from superseded) as superseded,
          (select count(*) from tombstones) as tombstones`.execute(tx);
      const { last, superseded, tombstones } = rows[0]!;
      return { result: { superseded, tombstones }, next: last };
    });
