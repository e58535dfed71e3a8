// How far a consumer has read, and for how long it may have been behind.
import type { Events } from './source.ts';

export interface ConsumerStatus {
  /** All events up to this offset are applied. */
  readonly offset: number;
  /** Offset of the newest event, as the source last reported; 0 before its first report. */
  readonly endOffset: number;
  /** Whether the consumer has reached the end of the log as first reported. Stays true from then on. */
  readonly caughtUp: boolean;
  /** `time` of the newest event applied since the start, in ms since the epoch; undefined when there is none. */
  readonly lastEventAt: number | undefined;
  /** How long changes may have been waiting to be applied, in ms; 0 when all are applied. */
  readonly lagMs: number;
}

export interface Progress {
  readonly status: () => ConsumerStatus;
  /** Called before each read with the offset to read from, which may have been set back. */
  startedAt(offset: number): void;
  received(batch: Events): void;
  /** @param offset the offset after the batch */
  applied(batch: Events, offset: number): void;
  /** Called when a read or an apply failed: the log may have new events since the last success. */
  failed(): void;
}

/** Returns the `time` of a CloudEvent, in ms since the epoch; undefined when it has none. */
function timeOf(event: unknown): number | undefined {
  const { time } = (event ?? {}) as { time?: unknown };
  const at = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** @param now the wall clock, in ms since the epoch: events have times of another machine's wall clock */
export function trackProgress(now: () => number): Progress {
  let offset = 0;
  let endOffset = 0;
  let target: number | undefined;
  let caughtUp = false;
  let lastEventAt: number | undefined;
  let upToDateAt = now();
  /** Estimated time of the oldest change that is not applied; undefined when all are applied. */
  let behindSince: number | undefined = upToDateAt;
  return {
    status: () => ({
      offset,
      endOffset,
      caughtUp,
      lastEventAt,
      lagMs: behindSince === undefined ? 0 : Math.max(0, now() - behindSince),
    }),
    startedAt(at) {
      offset = at;
      if (at < endOffset) behindSince ??= now();
    },
    received(batch) {
      endOffset = batch.endOffset;
      target ??= endOffset;
      if (batch.nextOffset > offset) behindSince = timeOf(batch.events[0]) ?? behindSince ?? now();
    },
    applied({ events }, at) {
      offset = at;
      lastEventAt = timeOf(events.at(-1)) ?? lastEventAt;
      caughtUp ||= target !== undefined && offset >= target;
      if (offset >= endOffset) {
        upToDateAt = now();
        behindSince = undefined;
      } else behindSince = timeOf(events.at(-1)) ?? behindSince ?? upToDateAt;
    },
    failed() {
      behindSince ??= upToDateAt;
    },
  };
}
