// The log of users and all that belongs to it, put together.
import type { Route } from 'chassis/http/app';
import type { ServiceContext, Service } from 'chassis/process/database-service';
import type { Job } from 'chassis/process/jobs';
import type { z } from 'chassis/settings/settings';
import { backfillIn } from '../events/backfill.ts';
import { runSteps } from '../events/steps.ts';
import { compactionIn } from '../events/compaction.ts';
import type { settings } from '../config.ts';
import { createLongPoll, type LongPoll } from '../events/long-poll.ts';
import { type Outbox, outboxIn } from '../events/outbox.ts';
import { relayMetrics } from '../relay/metrics.ts';
import { publishedOffsetIn } from '../relay/published-offset.ts';
import { startRelay } from '../relay/relay.ts';
import { logAdminRoutes } from '../routes/user-events-admin.ts';
import { userEventRoutes } from '../routes/user-events.ts';
import type { Schema } from '../schema.ts';
import { openStream } from '../relay/stream.ts';
import { type EventReader, eventReaderIn } from '../events/event-reader.ts';

const HEAD_MS = 5_000;
const SURVEY_MS = 3_600_000;

export type UserEventLogContext = ServiceContext<Schema, z.output<typeof settings>>;

export interface UserEventLogParts extends Required<
  Pick<Service, 'adminRoutes' | 'jobs' | 'onStopping' | 'close'>
> {
  readonly outbox: Outbox;
  readonly routes: readonly Route[];
}

export function createUserEventLog(context: UserEventLogContext): UserEventLogParts {
  const { db, log, metrics, settings: set } = context;
  const userLog = eventReaderIn(db);
  const feed = createLongPoll(() => userLog.endOffset());
  const announce = (position: number): void => feed.notify(position);
  const backfill = backfillIn(db, announce);
  metrics.gauge('identity_log_head', 'The position of the newest event', [], (gauge) =>
    gauge.set(feed.latestOffset()),
  );
  metrics.gauge('identity_log_waiting', 'Readers that wait for the next event', [], (gauge) =>
    gauge.set(feed.waiterCount()),
  );
  const unknownUsers = metrics.gauge(
    'identity_log_unknown_users',
    'Users that the log did not know when it was looked at last; once an hour it is',
    [],
  );

  // Nobody but this process has an embedded database, so there is nothing to wait for.
  const complete = async (): Promise<void> => {
    const { result: written } = await runSteps((after) => backfill.step(after));
    if (Object.values(written).some((count) => count > 0))
      log.info(written, 'the log has been told of users that it did not know');
  };
  // On a server, instances of a release without the log may still be changing users. When they are gone, people know.
  const survey = async (): Promise<void> => {
    const { unknown } = (await runSteps((after) => backfill.countUnknown(after))).result;
    unknownUsers.set(unknown);
    if (unknown > 0)
      log.warn(
        { unknown },
        'the log does not know all users: npm run backfill -w identity-service',
      );
  };
  const relay = createRelayTo(context, userLog, feed);

  const jobs: Job[] = [
    // What other instances wrote, when nobody here waits for it.
    {
      name: 'head of the log',
      everyMs: HEAD_MS,
      async run() {
        announce(await userLog.endOffset());
        await relay?.look();
      },
    },
    {
      name: 'users that the log does not know',
      everyMs: SURVEY_MS,
      run: set.DATABASE_URL === undefined ? complete : survey,
    },
  ];
  return {
    outbox: outboxIn(db, announce),
    routes: userEventRoutes(userLog, feed),
    adminRoutes: logAdminRoutes({
      async backfill(after) {
        const done = await backfill.step(after);
        // Nobody waits for it: of many users it takes longer than an answer may.
        if (done.next === null) void survey().catch(() => undefined);
        return done;
      },
      compact: compactionIn(db),
    }),
    jobs,
    onStopping() {
      // First, as nothing waits any more when the feed has stopped.
      void relay?.stop();
      feed.stop();
    },
    close: () => relay?.stop(),
  };
}

/** Undefined when there is no broker. */
function createRelayTo(context: UserEventLogContext, userLog: EventReader, feed: LongPoll) {
  const { NATS_URL, NATS_REPLICAS } = context.settings;
  if (NATS_URL === undefined) return undefined;
  const metrics = relayMetrics(context.metrics);
  const position = publishedOffsetIn(context.db);
  const stream = openStream(NATS_URL, NATS_REPLICAS, context.log);
  return {
    ...startRelay({
      ...context,
      reader: userLog,
      longPoll: feed,
      stream,
      publishedOffset: position,
      metrics,
    }),
    look: async () => metrics.observed(await position.read()),
  };
}
