// A consumer whose source and clock the test controls.
import type { EventBatch, EventSource } from 'chassis/events/source';
import { startConsumer, type ConsumerOptions } from 'chassis/events/consumer';
import { createMetrics } from 'chassis/observability/metrics';
import { memoryLog } from 'chassis/testing/memory-log';

/** A read of the source that waits for its batch. */
export interface Read {
  readonly after: number;
  readonly signal: AbortSignal;
  resolve(batch: Partial<EventBatch>): void;
  reject(error: Error): void;
}

/** A queue; `next` waits for an item. */
function queue<T>() {
  const waiting: ((one: T) => void)[] = [];
  const items: T[] = [];
  return {
    push(one: T): void {
      const reader = waiting.shift();
      if (reader) reader(one);
      else items.push(one);
    },
    next: (): Promise<T> =>
      items.length > 0
        ? Promise.resolve(items.shift()!)
        : new Promise((resolve) => waiting.push(resolve)),
  };
}

/** Makes the event at a position, one second after the event before. */
export const event = (position: number, more: object = {}) => ({
  id: String(position),
  time: new Date(position * 1000).toISOString(),
  ...more,
});

/** Starts it. `nextRead` and `nextPause` resolve when the consumer reads or pauses. */
export function startTestConsumer(options: Partial<ConsumerOptions> = {}) {
  const reads = queue<Read>();
  const pauses = queue<{ readonly ms: number; end(): void }>();
  /** What was applied, acknowledged and closed, in order. */
  const calls: string[] = [];
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
          reject,
          resolve({
            events = [],
            nextOffset = after,
            endOffset = nextOffset,
            ack = async () => {},
          }) {
            resolve({
              events,
              nextOffset,
              endOffset,
              async ack() {
                await ack();
                calls.push(`done ${nextOffset}`);
              },
            });
          },
        });
      }),
    close: async () => void calls.push('closed'),
  };
  const consumer = startConsumer({
    name: 'test',
    source,
    offset: () => state.position,
    async apply({ events, nextOffset }) {
      calls.push(`apply ${events.map((one) => (one as { id?: string } | null)?.id).join()}`);
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
    consumer,
    nextRead: reads.next,
    nextPause: pauses.next,
    calls,
    state,
    clock,
    lines,
    metrics,
  };
}
