// A source that a test plays, time that it turns, and a follower of both.
import type { EventBatch, EventSource } from 'chassis/events/source';
import { startConsumer, type ConsumerOptions } from 'chassis/events/consumer';
import { createMetrics } from 'chassis/observability/metrics';
import { memoryLog } from 'chassis/testing/memory-log';

/** A read that waits for its answer. */
export interface Read {
  readonly after: number;
  readonly signal: AbortSignal;
  give(batch: Partial<EventBatch>): void;
  fail(error: Error): void;
}

/** A queue whose reader waits for what comes. */
function queue<T>() {
  const waiting: ((one: T) => void)[] = [];
  const stock: T[] = [];
  return {
    stock,
    push(one: T): void {
      const reader = waiting.shift();
      if (reader) reader(one);
      else stock.push(one);
    },
    next: (): Promise<T> =>
      stock.length > 0
        ? Promise.resolve(stock.shift()!)
        : new Promise((resolve) => waiting.push(resolve)),
  };
}

/** An event as a log would have it, a second after the one before. */
export const event = (position: number, more: object = {}) => ({
  id: String(position),
  time: new Date(position * 1000).toISOString(),
  ...more,
});

/** Follows a source that the test plays; `next…()` resolve when the follower reads, applies or pauses. */
export function stage(options: Partial<ConsumerOptions> = {}) {
  const reads = queue<Read>();
  const pauses = queue<{ readonly ms: number; end(): void }>();
  /** What happened, in order. */
  const story: string[] = [];
  const clock = { now: 0 };
  const state = { position: 0 };
  const { log, lines } = memoryLog();
  const metrics = createMetrics();
  const source: EventSource = {
    read: (after, signal) =>
      new Promise((resolve, reject) => {
        reads.push({
          after,
          signal,
          fail: reject,
          give({ events = [], nextOffset = after, endOffset = nextOffset, ack = async () => {} }) {
            resolve({
              events,
              nextOffset,
              endOffset,
              async ack() {
                await ack();
                story.push(`done ${nextOffset}`);
              },
            });
          },
        });
      }),
    close: async () => void story.push('closed'),
  };
  const following = startConsumer({
    name: 'test',
    source,
    offset: () => state.position,
    async apply({ events, nextOffset }) {
      story.push(`apply ${events.map((one) => (one as { id?: string } | null)?.id).join()}`);
      state.position = nextOffset;
      return {};
    },
    log,
    metrics,
    time: {
      now: () => clock.now,
      random: () => 1,
      pause(ms, signal) {
        const { promise, resolve } = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => resolve());
        if (signal.aborted) resolve();
        pauses.push({ ms, end: resolve });
        return promise;
      },
    },
    ...options,
  });
  return {
    following,
    nextRead: reads.next,
    nextPause: pauses.next,
    story,
    state,
    clock,
    lines,
    metrics,
  };
}
