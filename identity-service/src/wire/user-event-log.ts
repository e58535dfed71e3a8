// Composes the user event log: outbox, feed, relay, and the jobs around them.
import { createEventLog, END_OFFSET_MS } from 'chassis/event-log/event-log';
import type { LongPoll } from 'chassis/event-log/long-poll';
import { natsAccess } from 'chassis/events/nats/settings';
import type { Route } from 'chassis/http/app';
import type { ServiceContext, Service } from 'chassis/process/database-service';
import type { Job } from 'chassis/process/jobs';
import type { z } from 'chassis/settings/settings';
import { backfillIn } from '../events/backfill.ts';
import { runSteps } from '../events/steps.ts';
import { compactionIn } from '../events/compaction.ts';
import { compactionJob } from '../events/compaction-schedule.ts';
import { republishIn } from '../events/republish.ts';
import type { settings } from '../config.ts';
import { type Outbox, outboxIn } from '../events/outbox.ts';
import { relayMetrics } from '../relay/metrics.ts';
import { publishedOffsetIn } from '../relay/published-offset.ts';
import { startRelay } from '../relay/relay.ts';
import { userEventAdminRoutes } from '../routes/user-events-admin.ts';
import type { Schema } from '../schema.ts';
import { openStream } from '../relay/stream.ts';
import { type EventReader, eventReaderIn } from '../events/event-reader.ts';

const UNKNOWN_USERS_MS = 3_600_000;

export type UserEventLogContext = ServiceContext<Schema, z.output<typeof settings>>;

export interface UserEventLog extends Required<
  Pick<Service, 'adminRoutes' | 'jobs' | 'notice' | 'onStopping' | 'close'>
> {
  readonly outbox: Outbox;
  readonly routes: readonly Route[];
}

export function createUserEventLog(context: UserEventLogContext): UserEventLog {
  const { db, log, metrics, settings: set } = context;
  const { reader, longPoll, notify, observe, route, notice } = createEventLog({
    name: 'user event log',
    prefix: 'identity_log',
    path: '/api/user-events',
    reader: eventReaderIn(db),
    tokens: set.FEED_TOKENS,
    log,
    metrics,
  });
  const backfill = backfillIn(db, notify);
  const unknownUsers = metrics.gauge(
    'identity_log_unknown_users',
    'Users without an event in the log, counted once an hour',
    [],
  );

  // For an embedded database: no other instance uses it, so the backfill runs at once.
  const runBackfill = async (): Promise<void> => {
    const { result: appended } = await runSteps((after) => backfill.step(after));
    if (Object.values(appended).some((count) => count > 0))
      log.info(appended, 'user event log backfilled');
  };
  // For a database server: instances of an older release may still change users, so an operator starts the backfill.
  const countUnknownUsers = async (): Promise<void> => {
    const { unknown } = (await runSteps((after) => backfill.countUnknown(after))).result;
    unknownUsers.set(unknown);
    if (unknown > 0)
      log.warn(
        { unknown },
        'users without an event in the user event log; run: npm run backfill -w identity-service',
      );
  };
  const relay = createRelay(context, reader, longPoll);

  const jobs: Job[] = [
    // For the metrics: events of other instances, while this instance has no waiters.
    {
      name: 'end of the user event log',
      everyMs: END_OFFSET_MS,
      async run() {
        await observe();
        await relay?.observe();
      },
    },
    {
      name: 'users without an event',
      everyMs: UNKNOWN_USERS_MS,
      run: set.DATABASE_URL === undefined ? runBackfill : countUnknownUsers,
    },
    compactionJob({ ...context, everyHours: set.COMPACT_EVERY_H }),
  ];
  return {
    outbox: outboxIn(db, notify),
    routes: [route],
    adminRoutes: userEventAdminRoutes({
      async backfill(after) {
        const step = await backfill.step(after);
        // Not awaited: with many users, the count takes longer than a request may.
        if (step.next === null) void countUnknownUsers().catch(() => undefined);
        return step;
      },
      compact: compactionIn(db),
      republish: republishIn(db, notify),
    }),
    jobs,
    notice,
    onStopping() {
      // The relay stops first: after the long poll has stopped, its waits would return at once.
      void relay?.stop();
      longPoll.stop();
    },
    close: () => relay?.stop(),
  };
}

/** Starts the relay; returns undefined without NATS_URL. */
function createRelay(context: UserEventLogContext, reader: EventReader, longPoll: LongPoll) {
  const access = natsAccess(context.settings);
  if (access === undefined) return undefined;
  const metrics = relayMetrics(context.metrics);
  const publishedOffset = publishedOffsetIn(context.db);
  const stream = openStream(access, context.settings.NATS_REPLICAS, context.log);
  return {
    ...startRelay({ ...context, reader, longPoll, stream, publishedOffset, metrics }),
    /** Records that there is a relay, and updates the metric of the published offset while another instance publishes. */
    async observe() {
      await publishedOffset.seen();
      metrics.observed(await publishedOffset.read());
    },
  };
}
