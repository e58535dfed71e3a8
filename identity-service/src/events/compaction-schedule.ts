// Compacts the log at intervals, on one instance at a time, and reports a relay that it waits for or no longer waits for.
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import type { Job } from 'chassis/process/jobs';
import { type Kysely, sql } from 'kysely';
import { compactionIn, RELAY_GONE_H } from './compaction.ts';
import { runSteps } from './steps.ts';
import type { Schema } from '../schema.ts';

const CHECK_MS = 60_000;
/** A compaction whose last step is older has ended with its process; another instance compacts. */
const CLAIM_MINUTES = 5;
/** A relay that is further behind is reported. */
const BEHIND_H = 1;

interface LateRelay {
  readonly stream: string;
  readonly offset: number;
  readonly seenAt: Date;
  readonly isGone: boolean;
}

export interface CompactionScheduleOptions {
  readonly db: Kysely<Schema>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Hours between two compactions; 0: the job only updates the metric. */
  readonly everyHours: number;
}

/** Returns a job that compacts the log when the last compaction, on whichever instance, is `everyHours` old. */
export function compactionJob({ db, log, metrics, everyHours }: CompactionScheduleOptions): Job {
  const age = metrics.gauge(
    'identity_log_compaction_age_seconds',
    'Seconds since a compaction of the user event log was complete',
    [],
  );
  metrics.gauge(
    'identity_log_compaction_interval_seconds',
    'Seconds between two compactions of the user event log, as set; 0 for never',
    [],
    (own) => own.set(everyHours * 3600),
  );
  const compact = compactionIn(db);
  const step = async (after: number) => {
    const done = await compact(after);
    await sql`update log_compaction set claimed_at = now()`.execute(db);
    return done;
  };
  return {
    name: 'compaction of the user event log',
    everyMs: CHECK_MS,
    async run() {
      const startedAt = everyHours > 0 ? await claim(db, everyHours) : undefined;
      if (startedAt !== undefined) {
        const { result } = await runSteps(step);
        await sql`update log_compaction set compacted_at = ${startedAt}`.execute(db);
        log.info(result, 'user event log compacted');
        for (const { isGone, ...relay } of await lateRelays(db))
          log.warn(
            relay,
            isGone
              ? 'no relay of this stream is there any more, so compaction does not wait for it'
              : 'the relay is behind, so compaction keeps the events that it has not published yet',
          );
      }
      age.set(await ageOf(db));
    },
  };
}

/** Claims the next compaction. Returns the time of the claim; undefined if none is due, or if another instance has claimed it. */
async function claim(db: Kysely<Schema>, everyHours: number): Promise<Date | undefined> {
  const { rows } = await sql<{ claimed_at: Date }>`
    update log_compaction set claimed_at = now()
    where compacted_at <= now() - make_interval(hours => ${everyHours})
      and claimed_at <= now() - make_interval(mins => ${CLAIM_MINUTES})
    returning claimed_at`.execute(db);
  return rows[0]?.claimed_at;
}

/** Returns relays that have not published an event which is more than an hour old. */
async function lateRelays(db: Kysely<Schema>): Promise<LateRelay[]> {
  const { rows } = await sql<LateRelay>`
    select stream, position as offset, seen_at as "seenAt",
      seen_at <= now() - make_interval(hours => ${RELAY_GONE_H}) as "isGone"
    from relays
    where exists (
      select from user_events where user_events.position > relays.position
        and created_at < now() - make_interval(hours => ${BEHIND_H}))`.execute(db);
  return rows;
}

/** Returns the seconds since the last complete compaction, or since the migration that began to count. */
async function ageOf(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ age: number }>`
    select extract(epoch from now() - compacted_at)::float8 as age from log_compaction`.execute(db);
  return rows[0]!.age;
}
