// Composes a service's own event log: its feed with long polling, its metrics, and the job that watches its end and epochs.
import { createLongPoll, type LongPoll } from './long-poll.ts';
import { type FeedTokens, feedReadersOf } from './feed-readers.ts';
import { feedRoute } from './feed-route.ts';
import type { LogReader } from './log-reader.ts';
import type { Route } from '../http/app.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { watchPublishing } from './publish-check.ts';

/** How often the end of the log is read, for events of other instances while this one has no waiters; in ms. */
export const END_OFFSET_MS = 5_000;

export interface EventLogOptions<Reader extends LogReader<unknown> = LogReader<unknown>> {
  /** The log in messages, such as `user event log`. */
  readonly name: string;
  /** Prefix of the metrics, such as `identity_log`. */
  readonly prefix: string;
  /** Path of the feed, such as /api/user-events. */
  readonly path: string;
  readonly reader: Reader;
  readonly tokens: FeedTokens;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface EventLog<Reader> {
  /** Reports the event at which publishing stops, because it does not match its schema. */
  readonly reader: Reader;
  /** Text for operators about that event; undefined while nothing is wrong. */
  readonly notice: () => string | undefined;
  readonly longPoll: LongPoll;
  /** Reports that the event at this offset is committed. */
  readonly notify: (offset: number) => void;
  readonly route: Route;
  /** Reads the end of the log and its epochs; to be run every END_OFFSET_MS. */
  readonly observe: () => Promise<void>;
}

export function createEventLog<Reader extends LogReader<unknown>>(
  options: EventLogOptions<Reader>,
): EventLog<Reader> {
  const { name, prefix, path, tokens, metrics } = options;
  const publishing = watchPublishing(options.reader, options);
  const { reader } = publishing;
  const longPoll = createLongPoll(() => reader.endOffset());
  metrics.gauge(`${prefix}_head`, 'Offset of the newest event', [], (gauge) =>
    gauge.set(longPoll.latestOffset()),
  );
  metrics.gauge(`${prefix}_waiting`, 'Requests that wait for new events', [], (gauge) =>
    gauge.set(longPoll.waiterCount()),
  );
  const watchEpochs = createEpochWatch(name, options);
  return {
    reader,
    notice: () => publishing.notice(),
    longPoll,
    notify: (offset) => longPoll.notify(offset),
    route: feedRoute(path, reader, longPoll, feedReadersOf(tokens)),
    async observe() {
      longPoll.notify(await reader.endOffset());
      await watchEpochs();
      await publishing.recheck();
    },
  };
}

/** Returns a check that begins a new epoch when the database has another history, and reports it. */
function createEpochWatch(name: string, { prefix, reader, log, metrics }: EventLogOptions) {
  const gauge = metrics.gauge(`${prefix}_epochs`, `Number of epochs of the ${name}`, []);
  let current: string | undefined;
  return async (): Promise<void> => {
    const { epochs, number } = await reader.epochs();
    const { id: epoch, beganAfter } = epochs.at(-1)!;
    gauge.set(number);
    if (current !== undefined && current !== epoch)
      log.warn(
        { epoch, beganAfter, number },
        `the database has another history, so a new epoch of the ${name} has begun; see docs/failover.md`,
      );
    else if (current === undefined) log.info({ epoch, beganAfter, number }, `epoch of the ${name}`);
    current = epoch;
  };
}
