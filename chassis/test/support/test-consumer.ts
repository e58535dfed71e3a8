// A consumer whose source and clock the test controls.
import { epochAt, type EpochOffset } from 'chassis/events/epoch';
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
  const readers: ((item: T) => void)[] = [];
  const items: T[] = [];
  return {
    push(item: T): void {
      const reader = readers.shift();
      if (reader) reader(item);
      else items.push(item);
    },
    next: (): Promise<T> =>
      items.length > 0
        ? Promise.resolve(items.shift()!)
        : new Promise((resolve) => readers.push(resolve)),
  };
}

/** Makes the event at an offset; its time is `offset` seconds after 1970. */
export const event = (offset: number, more: object = {}) => ({
  id: String(offset),
  time: new Date(offset * 1000).toISOString(),
  ...more,
});

/** Starts a consumer. `nextRead` and `nextPause` resolve when the consumer reads or pauses. */
export function startTestConsumer(options: Partial<ConsumerOptions> = {}) {
  const reads = queue<Read>();
  const pauses = queue<{ readonly ms: number; end(): void }>();
  /** Calls of `apply`, `ack` and `close`, in order. */
  const calls: string[] = [];
  /** `wallMs` is how far the wall clock is ahead of the monotonic clock. */
  const clock = { now: 0, wallMs: 0 };
  const state: { -readonly [key in keyof EpochOffset]: EpochOffset[key] } = { offset: 0 };
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
            epochs,
            heartbeat,
            ack = async () => {},
          }) {
            resolve({
              events,
              nextOffset,
              endOffset,
              epochs,
              heartbeat,
              async ack() {
                await ack();
                calls.push(`ack ${nextOffset}`);
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
    offset: () => ({ ...state }),
    async apply({ events, nextOffset, epochs }) {
      calls.push(`apply ${events.map((each) => (each as { id?: string } | null)?.id).join()}`);
      state.offset = nextOffset;
      if (epochs !== undefined) state.epoch = epochAt(epochs, nextOffset);
      return {};
    },
    log,
    metrics,
    time: {
      now: () => clock.now + clock.wallMs,
      monotonic: () => clock.now,
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
