// Following a log: one loop for every consumer, whatever carries the events and whatever they do here.
import type { EventSource, Events } from './source.ts';
import { trackProgress, type ConsumerStatus } from './progress.ts';
import { createConsumerReport, type Applied, type ConsumerStep } from './consumer-report.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { backOff, realTime, type Time } from '../base/time.ts';
import { raceAbort } from '../base/timeout.ts';

export type { EventBatch, EventSource, Events } from './source.ts';
export type { Applied } from './consumer-report.ts';
export type { ConsumerStatus as FollowStatus } from './progress.ts';

/** A source that comes back without events at once is asked no more often than this. */
const IDLE_MS = 100;

export interface ConsumerOptions {
  /** Metrics' names begin with it, as in `social_log_position`. */
  readonly name: string;
  /** Closed when following stops. */
  readonly source: EventSource;
  /** The last position that has taken effect; asked before each read. */
  readonly offset: () => Promise<number> | number;
  /**
   * Makes a batch take effect, its `next` being the position from then on: both or neither. Events at or before the
   * position may come again. When the position is no longer `after`, where the batch was read from, somebody else moved
   * it: when it is less, the batch must not be applied, for what lies between would be lost.
   * @throws when it cannot be done now; the batch comes again
   */
  readonly apply: (batch: Events, after: number) => Promise<Applied> | Applied;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Nothing is read before. */
  readonly ready?: Promise<void>;
  readonly time?: Time;
}

export interface Consumer {
  readonly status: () => ConsumerStatus;
  /** Resolves when the head that was seen first is reached; never, when it stops before. */
  readonly caughtUp: Promise<void>;
  /** The position was changed by somebody else: a wait for new events ends, and reading goes on from there. */
  restart(): void;
  /** Ends a wait at once, and a batch in hand when it is applied and acknowledged; closes the source. */
  stop(): Promise<void>;
}

/** Follows until it is stopped: whatever fails, it tries again, and says so. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { name, source, offset, apply, log, ready = Promise.resolve(), time = realTime } = options;
  const progress = trackProgress(time.now);
  const report = createConsumerReport(name, progress, options);
  const caughtUp = Promise.withResolvers<void>();
  const ending = new AbortController();
  let waiting = new AbortController();
  let step: ConsumerStep = 'position';
  /** The position, unless it may have changed since it was asked for. */
  let known: number | undefined;

  const round = async (signal: AbortSignal): Promise<void> => {
    step = 'position';
    await raceAbort(ready, signal);
    const after = known ?? (await offset());
    progress.startedAt(after);
    step = 'read';
    const askedAt = time.now();
    const batch = await raceAbort(source.read(after, signal), signal);
    progress.received(batch);
    const news = batch.events.length > 0 || batch.nextOffset > after;
    step = 'apply';
    if (news) report.applied(batch, await apply(batch, after));
    step = 'acknowledge';
    await batch.ack();
    step = 'position';
    known = news ? await offset() : undefined;
    progress.applied(batch, known ?? after);
    if (progress.status().caughtUp) caughtUp.resolve();
    step = 'apply';
    if (signal.aborted) known = undefined;
    else if (batch.nextOffset > after && known === after)
      throw new Error('the position did not move');
    const early = IDLE_MS - (time.now() - askedAt);
    if (!news && early > 0) await time.pause(Math.min(early, IDLE_MS), signal);
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!ending.signal.aborted) {
      waiting = new AbortController();
      const { signal } = waiting;
      try {
        await round(signal);
        if (failures > 0) report.recovered(failures);
        failures = 0;
      } catch (error) {
        known = undefined;
        if (signal.aborted && error === signal.reason) continue;
        progress.failed();
        failures += 1;
        const wait = backOff(failures, time.random);
        report.failed(step, error, wait);
        if (!ending.signal.aborted) await time.pause(wait, signal);
      }
    }
  };

  const running = run();
  void caughtUp.promise.then(() =>
    log.info({ follower: name, ...progress.status() }, 'caught up with the log'),
  );
  return {
    status: progress.status,
    caughtUp: caughtUp.promise,
    restart: () => waiting.abort(),
    async stop() {
      ending.abort();
      waiting.abort();
      await running;
      await source.close();
    },
  };
}
