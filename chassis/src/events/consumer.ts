// Consumes a log: one loop for every consumer, whatever carries the events and whatever applies them.
import { OtherEpoch, type EpochOffset, requireContinuation } from './epoch.ts';
import type { EventSource, Events } from './source.ts';
import { trackProgress, type ConsumerStatus } from './progress.ts';
import { causeOf } from './consumer-state.ts';
import { applyRecorded } from './batch-span.ts';
import { createConsumerReport, type Applied, type ConsumerStep } from './consumer-report.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/span.ts';
import { backOff, realTime, type Time } from '../base/time.ts';
import { raceAbort } from '../base/timeout.ts';

export type { EventBatch, EventSource, Events } from './source.ts';
export type { Applied } from './consumer-report.ts';
export type { ConsumerStatus } from './progress.ts';

/** Shortest interval of reads while the source returns empty batches at once. */
const IDLE_MS = 100;

export interface ConsumerOptions {
  /** Prefix of the metric names, as in `social_log_position`. */
  readonly name: string;
  /** Closed when the consumer stops. */
  readonly source: EventSource;
  /** Returns the offset up to which all events are applied, and its epoch; called between reads. */
  readonly offset: () => Promise<EpochOffset> | EpochOffset;
  /**
   * Applies a batch and stores its `nextOffset` as the offset, with its epoch: both or neither. Events at or before the
   * offset may come again. When the offset is no longer `after`, where the batch was read, another process changed it; when it is lower,
   * the batch must not be applied, because the events between would be lost.
   * @throws when the batch cannot be applied now; the batch comes again
   */
  readonly apply: (batch: Events, after: number) => Promise<Applied> | Applied;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Records each batch of events, linked to the requests that caused them. */
  readonly tracing?: Tracing | undefined;
  /** Reading begins when it resolves. */
  readonly ready?: Promise<void>;
  readonly time?: Time;
}

export interface Consumer {
  readonly status: () => ConsumerStatus;
  /** Resolves when the end of the log as first reported is reached; never when the consumer stops before. */
  readonly caughtUp: Promise<void>;
  /** Call it after changing the offset elsewhere: ends a wait for new events, and reads from the new offset. */
  restart(): void;
  /** Ends a wait at once; a batch that was read is applied and acknowledged first. Closes the source. */
  stop(): Promise<void>;
}

/** Starts a consumer that runs until it is stopped; it logs failures and retries. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { name, source, offset, log, ready = Promise.resolve(), time = realTime } = options;
  const progress = trackProgress(time);
  const report = createConsumerReport(name, progress, options);
  const caughtUp = Promise.withResolvers<void>();
  const stopping = new AbortController();
  let interrupt = new AbortController();
  let step: ConsumerStep = 'position';
  /** The offset, unless it may have changed since it was read. */
  let known: EpochOffset | undefined;

  const round = async (signal: AbortSignal): Promise<void> => {
    step = 'position';
    await raceAbort(ready, signal);
    const start = known ?? (await offset());
    const after = start.offset;
    progress.startedAt(after);
    step = 'read';
    const readAt = time.now();
    const batch = await raceAbort(source.read(after, signal), signal);
    requireContinuation(start, batch);
    progress.received(batch);
    const hasNew = batch.events.length > 0 || batch.nextOffset > after;
    step = 'apply';
    // Also without new events: from now on, the offset has an epoch.
    const learnsEpoch = after > 0 && start.epoch === undefined && batch.epochs !== undefined;
    if (hasNew || learnsEpoch) report.applied(batch, await applyRecorded(options, batch, after));
    step = 'acknowledge';
    await batch.ack();
    step = 'position';
    known = hasNew ? await offset() : undefined;
    progress.applied(batch, known ?? start);
    if (progress.status().caughtUp) caughtUp.resolve();
    step = 'apply';
    if (signal.aborted) known = undefined;
    else if (batch.nextOffset > after && known?.offset === after)
      throw new Error('the offset did not move');
    const idleMs = IDLE_MS - (time.now() - readAt);
    if (!hasNew && idleMs > 0) await time.pause(Math.min(idleMs, IDLE_MS), signal);
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      interrupt = new AbortController();
      const { signal } = interrupt;
      try {
        await round(signal);
        if (failures > 0) report.recovered(failures);
        failures = 0;
      } catch (error) {
        known = undefined;
        if (signal.aborted && error === signal.reason) continue;
        // After a restart, the failure is about the offset before.
        if (!signal.aborted)
          progress.failed(
            causeOf(step, error),
            error instanceof OtherEpoch ? error.current : undefined,
          );
        failures += 1;
        const retryInMs = backOff(failures, time.random);
        report.failed(step, error, retryInMs);
        if (!stopping.signal.aborted) await time.pause(retryInMs, signal);
      }
    }
  };

  const running = run();
  void caughtUp.promise.then(() =>
    log.info({ consumer: name, ...progress.status() }, 'caught up with the log'),
  );
  return {
    status: progress.status,
    caughtUp: caughtUp.promise,
    restart() {
      progress.restarted();
      interrupt.abort();
    },
    async stop() {
      stopping.abort();
      interrupt.abort();
      await running;
      await source.close();
    },
  };
}
