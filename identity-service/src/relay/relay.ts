// Publishing the log to a broker, by one instance at a time. How far it is, the stream itself says: whatever was killed,
// and at whichever line, the next attempt goes on behind the last event that the stream has.
import { SourceError } from 'chassis/events/source';
import { redactError } from 'chassis/events/consumer-report';
import type { Logger } from 'chassis/observability/log';
import type { Database } from 'chassis/postgres/database';
import { createLogSampler } from 'chassis/observability/log-sampler';
import { backOff, realTime, type Time } from 'chassis/base/time';
import { raceAbort, withTimeout } from 'chassis/base/timeout';
import type { LongPoll } from '../events/long-poll.ts';
import type { RelayMetrics } from './metrics.ts';
import type { PublishedOffset } from './published-offset.ts';
import type { Schema } from '../schema.ts';
import { streamMismatch } from './stream-check.ts';
import type { EventStream, SeenEnd, StreamEnd } from './stream.ts';
import type { EventReader } from '../events/event-reader.ts';
import { locks } from '../locks.ts';

/** How often the end of the stream is looked at while nothing happens: it may have been lost. */
const IDLE_MS = 5_000;
const LINES_A_MINUTE = 3;
const STOP_MS = 1_000;

export interface RelayOptions {
  readonly reader: EventReader;
  readonly longPoll: LongPoll;
  readonly stream: EventStream;
  readonly publishedOffset: PublishedOffset;
  readonly withLeaderLock: Database<Schema>['withLeaderLock'];
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
  const { reader, longPoll, stream, publishedOffset, withLeaderLock, prepared, log, metrics } =
    options;
  const { time = realTime } = options;
  const ending = new AbortController();
  const sampled = createLogSampler(LINES_A_MINUTE, 60_000);
  let failures = 0;

  const succeeded = (): void => {
    if (failures > 0) log.info({ failures }, 'publishing the log works again');
    failures = 0;
  };

  /** @throws SourceError, again and again until a person has acted, when the stream is not of this log */
  const check = async ({ event }: SeenEnd): Promise<void> => {
    if (event === undefined) return;
    const published = await publishedOffset.read();
    const wrong = await streamMismatch(event, { log: reader, published, now: time.now() });
    if (wrong === undefined) return;
    // So nothing counts as published any more, and compaction cannot take away what contradicts.
    if (published > 0) await publishedOffset.write(0);
    throw new SourceError(wrong);
  };

  /** The end of the stream, where publishing begins. */
  const begin = async (signal: AbortSignal): Promise<StreamEnd> => {
    const end = await raceAbort(stream.end(), signal);
    await check(end);
    await publishedOffset.write(end.offset);
    metrics.started(end.offset);
    log.info({ position: end.offset }, 'publishing the log');
    return end;
  };

  const publish = async (signal: AbortSignal): Promise<void> => {
    let end = await begin(signal);
    while (!signal.aborted) {
      const { events } = await reader.after(end.offset);
      if (events.length > 0) {
        end = await raceAbort(stream.append(events, end.sequence), signal);
        metrics.published(events.length, end.offset);
        await publishedOffset.write(end.offset);
        succeeded();
        continue;
      }
      await longPoll.wait(end.offset, IDLE_MS, signal);
      if (signal.aborted || longPoll.latestOffset() > end.offset) continue;
      const now = await raceAbort(stream.end(), signal);
      if (now.sequence !== end.sequence) throw new SourceError('the stream is not as we left it');
      await check(now);
      succeeded();
    }
  };

  const run = async (): Promise<void> => {
    await raceAbort(prepared, ending.signal);
    while (!ending.signal.aborted) {
      try {
        await withLeaderLock(locks.relay, ending.signal, (lost) =>
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
            { retryInMs, ...redactError(error), ...(leftOut > 0 && { leftOut }) },
            'publishing the log fails',
          );
        // Without the lock: another instance may do better.
        await time.pause(retryInMs, ending.signal);
      } finally {
        metrics.stopped();
      }
    }
  };

  const running = run().catch(() => undefined);
  return {
    async stop() {
      ending.abort();
      await running;
      await withTimeout(stream.close(), STOP_MS, () => new Error('the broker is too slow')).catch(
        () => undefined,
      );
    },
  };
}
