// Publishing the log to a broker, by one instance at a time. How far it is, the stream itself says: whatever was killed,
// and at whichever line, the next attempt goes on behind the last event that the stream has.
import { SourceError } from 'chassis/events/source';
import { outline } from 'chassis/events/consumer-report';
import type { Logger } from 'chassis/observability/log';
import type { Database } from 'chassis/postgres/database';
import { sampler } from 'chassis/observability/log-sampler';
import { backOff, realTime, type Time } from 'chassis/base/time';
import { untilAborted, within } from 'chassis/base/timeout';
import type { Feed } from '../events/long-poll.ts';
import type { RelayMetrics } from './metrics.ts';
import type { RelayPosition } from './published-offset.ts';
import type { Schema } from '../schema.ts';
import { contradiction } from './stream-check.ts';
import type { EventStream, SeenEnd, StreamEnd } from './stream.ts';
import type { UserLog } from '../events/event-reader.ts';

// Any fixed number of its own.
const LOCK = 7_301_005;
/** How often the end of the stream is looked at while nothing happens: it may have been lost. */
const IDLE_MS = 5_000;
const LINES_A_MINUTE = 3;
const STOP_MS = 1_000;

export interface RelayOptions {
  readonly userLog: UserLog;
  readonly feed: Feed;
  readonly stream: EventStream;
  readonly position: RelayPosition;
  readonly exclusively: Database<Schema>['exclusively'];
  /** Nothing is done before. */
  readonly prepared: Promise<void>;
  readonly log: Logger;
  readonly metrics: RelayMetrics;
  readonly time?: Time;
}

export interface Relay {
  /** Ends it, in the middle of a batch if need be. */
  stop(): Promise<void>;
}

/** Publishes until it is stopped: whatever fails, it tries again, and says so. */
export function startRelay(options: RelayOptions): Relay {
  const { userLog, feed, stream, position, exclusively, prepared, log, metrics } = options;
  const { time = realTime } = options;
  const ending = new AbortController();
  const sampled = sampler(LINES_A_MINUTE, 60_000);
  let failures = 0;

  const succeeded = (): void => {
    if (failures > 0) log.info({ failures }, 'publishing the log works again');
    failures = 0;
  };

  /** @throws SourceError, again and again until a person has acted, when the stream is not of this log */
  const check = async ({ event }: SeenEnd): Promise<void> => {
    if (event === undefined) return;
    const published = await position.read();
    const wrong = await contradiction(event, { log: userLog, published, now: time.now() });
    if (wrong === undefined) return;
    // So nothing counts as published any more, and compaction cannot take away what contradicts.
    if (published > 0) await position.write(0);
    throw new SourceError(wrong);
  };

  /** The end of the stream, where publishing begins. */
  const begin = async (signal: AbortSignal): Promise<StreamEnd> => {
    const end = await untilAborted(stream.end(), signal);
    await check(end);
    await position.write(end.position);
    metrics.begins(end.position);
    log.info({ position: end.position }, 'publishing the log');
    return end;
  };

  const publish = async (signal: AbortSignal): Promise<void> => {
    let end = await begin(signal);
    while (!signal.aborted) {
      const { events } = await userLog.after(end.position);
      if (events.length > 0) {
        end = await untilAborted(stream.append(events, end.sequence), signal);
        metrics.published(events.length, end.position);
        await position.write(end.position);
        succeeded();
        continue;
      }
      await feed.wait(end.position, IDLE_MS, signal);
      if (signal.aborted || feed.known() > end.position) continue;
      const now = await untilAborted(stream.end(), signal);
      if (now.sequence !== end.sequence) throw new SourceError('the stream is not as we left it');
      await check(now);
      succeeded();
    }
  };

  const run = async (): Promise<void> => {
    await untilAborted(prepared, ending.signal);
    while (!ending.signal.aborted) {
      try {
        await exclusively(LOCK, ending.signal, (lost) =>
          publish(AbortSignal.any([ending.signal, lost])),
        );
      } catch (error) {
        if (ending.signal.aborted) return;
        failures += 1;
        metrics.failed();
        const retryInMs = backOff(failures, time.random);
        const leftOut = sampled('failed');
        if (leftOut !== undefined)
          log.warn(
            { retryInMs, ...outline(error), ...(leftOut > 0 && { leftOut }) },
            'publishing the log fails',
          );
        // Without the lock: another instance may do better.
        await time.pause(retryInMs, ending.signal);
      } finally {
        metrics.ended();
      }
    }
  };

  const running = run().catch(() => undefined);
  return {
    async stop() {
      ending.abort();
      await running;
      await within(stream.close(), STOP_MS, () => new Error('the broker is too slow')).catch(
        () => undefined,
      );
    },
  };
}
