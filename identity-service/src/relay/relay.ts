// Publishes the user event log to NATS, on one instance at a time. The stream itself says how far the relay is: after a
// crash at any point, the next attempt continues after the last event of the stream.
import { SourceError } from 'chassis/events/source';
import { redactError } from 'chassis/events/consumer-report';
import type { Logger } from 'chassis/observability/log';
import type { Database } from 'chassis/postgres/database';
import { createLogSampler } from 'chassis/observability/log-sampler';
import { backOff, realTime, type Time } from 'chassis/base/time';
import { raceAbort, withTimeout } from 'chassis/base/timeout';
import type { LongPoll } from 'chassis/event-log/long-poll';
import type { RelayMetrics } from './metrics.ts';
import type { PublishedOffset } from './published-offset.ts';
import type { Schema } from '../schema.ts';
import { streamMismatch } from './stream-check.ts';
import type { EventStream, StreamEnd, StreamTail } from './stream.ts';
import type { EventReader } from '../events/event-reader.ts';
import { locks } from '../locks.ts';

/**
 * While there are no new events: how often consumers get a heartbeat, and how often the end of the stream is checked, since the
 * stream may have been lost; in ms.
 */
const IDLE_MS = 5_000;
const LOG_LINES_PER_MINUTE = 3;
const STOP_MS = 1_000;

export interface RelayOptions {
  readonly reader: EventReader;
  readonly longPoll: LongPoll;
  readonly stream: EventStream;
  readonly publishedOffset: PublishedOffset;
  readonly withLeaderLock: Database<Schema>['withLeaderLock'];
  /** The relay starts when this promise resolves. */
  readonly prepared: Promise<void>;
  readonly log: Logger;
  readonly metrics: RelayMetrics;
  readonly time?: Time;
}

export interface Relay {
  /** Stops the relay, if necessary in the middle of a batch. */
  stop(): Promise<void>;
}

/** Publishes until it is stopped. Failures are logged and retried. */
export function startRelay(options: RelayOptions): Relay {
  const { reader, longPoll, stream, publishedOffset, withLeaderLock, prepared, log, metrics } =
    options;
  const { time = realTime } = options;
  const stopping = new AbortController();
  const sampled = createLogSampler(LOG_LINES_PER_MINUTE, 60_000);
  let failures = 0;

  const succeeded = (): void => {
    if (failures > 0) log.info({ failures }, 'publishing user events works again');
    failures = 0;
  };

  /** @throws SourceError when the stream does not match the log; each retry throws it until an operator has acted */
  const checkTail = async (tail: StreamTail): Promise<void> => {
    if (tail.offset === 0) return;
    const published = await publishedOffset.read();
    const mismatch = await streamMismatch(tail, { log: reader, published, now: time.now() });
    if (mismatch === undefined) return;
    // With offset 0 nothing counts as published, so compaction cannot delete the events that show the mismatch.
    if (published > 0) await publishedOffset.write(0);
    throw new SourceError(mismatch);
  };

  /** Returns the end of the stream, after which publishing starts. */
  const start = async (signal: AbortSignal): Promise<StreamEnd> => {
    const tail = await raceAbort(stream.end(), signal);
    await checkTail(tail);
    await publishedOffset.write(tail.offset);
    metrics.started(tail.offset);
    log.info({ offset: tail.offset }, 'publishing user events');
    return tail;
  };

  const publish = async (signal: AbortSignal): Promise<void> => {
    let end = await start(signal);
    while (!signal.aborted) {
      const { events, epochs } = await reader.after(end.offset);
      if (events.length > 0) {
        end = await raceAbort(stream.append(events, end.sequence), signal);
        metrics.published(events.length, end.offset);
        await publishedOffset.write(end.offset);
        succeeded();
        continue;
      }
      // At this read the log had no event that the stream lacks.
      await stream.beat(end.offset, epochs);
      await longPoll.wait(end.offset, IDLE_MS, signal);
      if (signal.aborted || longPoll.latestOffset() > end.offset) continue;
      const tail = await raceAbort(stream.end(), signal);
      if (tail.sequence !== end.sequence)
        throw new SourceError('the end of the stream has changed since the last publish');
      await checkTail(tail);
      succeeded();
    }
  };

  const run = async (): Promise<void> => {
    await raceAbort(prepared, stopping.signal);
    while (!stopping.signal.aborted) {
      try {
        await withLeaderLock(locks.relay, stopping.signal, (lost) =>
          publish(AbortSignal.any([stopping.signal, lost])),
        );
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        metrics.failed();
        const retryInMs = backOff(failures, time.random);
        const suppressed = sampled('failed');
        if (suppressed !== undefined)
          log.warn(
            { retryInMs, ...redactError(error), ...(suppressed > 0 && { leftOut: suppressed }) },
            'publishing user events failed; retrying',
          );
        // The lock is released by now, so another instance may succeed meanwhile.
        await time.pause(retryInMs, stopping.signal);
      } finally {
        metrics.stopped();
      }
    }
  };

  const running = run().catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      await running;
      await withTimeout(
        stream.close(),
        STOP_MS,
        () => new Error('the connection to NATS did not close in time'),
      ).catch(() => undefined);
    },
  };
}
