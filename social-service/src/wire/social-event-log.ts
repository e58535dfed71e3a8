// Composes the social event log: outbox, feed, and the jobs around them.
import { createEventLog, END_OFFSET_MS } from 'chassis/event-log/event-log';
import { deleteOldEvents } from 'chassis/event-log/retention';
import type { ServiceContext } from 'chassis/process/database-service';
import type { Job } from 'chassis/process/jobs';
import { eventReaderIn } from '../events/event-reader.ts';
import { outboxIn } from '../events/outbox.ts';
import type { Schema } from '../schema.ts';

const HOUR_MS = 3_600_000;

interface LogSettings {
  readonly FEED_TOKENS: ReadonlyMap<string, string>;
  readonly SOCIAL_LOG_DAYS: number;
}

export function createSocialEventLog({
  db,
  log,
  metrics,
  settings,
}: Pick<ServiceContext<Schema, LogSettings>, 'db' | 'log' | 'metrics' | 'settings'>) {
  const { longPoll, notify, observe, route } = createEventLog({
    name: 'social event log',
    prefix: 'social_events',
    path: '/api/social-events',
    reader: eventReaderIn(db),
    tokens: settings.FEED_TOKENS,
    log,
    metrics,
  });
  const jobs: Job[] = [
    { name: 'end of the social event log', everyMs: END_OFFSET_MS, run: observe },
    {
      name: 'old social events',
      everyMs: HOUR_MS,
      async run() {
        const deleted = await deleteOldEvents(db, 'social_events', settings.SOCIAL_LOG_DAYS);
        if (deleted > 0) log.info({ deleted }, 'old social events deleted');
      },
    },
  ];
  return { outbox: outboxIn(db, notify), route, jobs, onStopping: () => longPoll.stop() };
}
