// How far a consumer has read, and for how long it may have been behind.
import type { Time } from '../base/time.ts';
import type { ConsumerState, FailureState } from './consumer-state.ts';
import type { EpochOffset } from './epoch.ts';
import { isCompleteBy } from './heartbeat.ts';
import type { Events } from './source.ts';

export interface ConsumerStatus {
  /** All events up to this offset are applied. */
  readonly offset: number;
  /** Offset of the newest event, as the source last reported; 0 before its first report. */
  readonly endOffset: number;
  readonly state: ConsumerState;
  /** In the state `other_epoch`, the id of the log's epoch. */
  readonly otherEpoch: string | undefined;
  /** Whether the consumer has reached the end of the log as first reported. Stays true from then on. */
  readonly caughtUp: boolean;
  /** `time` of the newest event applied since the start, in ms since the epoch; undefined when there is none. */
  readonly lastEventAt: number | undefined;
  /** How long changes may have been waiting to be applied, in ms; 0 when all are applied. */
  readonly lagMs: number;
  /** How long ago the consumer was known to have all events of the log, in ms; undefined when it was not since the start. */
  readonly completeAgeMs: number | undefined;
}

export interface Progress {
  readonly status: () => ConsumerStatus;
  /** Called before each read with the offset to read from, which may have been set back. */
  startedAt(offset: number): void;
  received(batch: Events): void;
  /** @param place the offset after the batch, and its epoch */
  applied(batch: Events, place: EpochOffset): void;
  /** Called when a read or an apply failed: the log may have new events since the last success. */
  failed(cause: FailureState, otherEpoch?: string): void;
  /** Called when the offset was set elsewhere: what failed before is forgotten. */
  restarted(): void;
  /** As `completeAgeMs`; the time since the start when that is undefined. */
  silentMs(): number;
}

/** Returns the `time` of a CloudEvent, in ms since the epoch; undefined when it has none. */
function timeOf(event: unknown): number | undefined {
  const { time } = (event ?? {}) as { time?: unknown };
  const at = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** Durations are measured by the monotonic clock; only the age of an event, when it arrives, needs the wall clock. */
export function trackProgress({ now, monotonic }: Pick<Time, 'now' | 'monotonic'>): Progress {
  let offset = 0;
  let endOffset = 0;
  let target: number | undefined;
  let caughtUp = false;
  let lastEventAt: number | undefined;
  let failure: FailureState | undefined;
  let otherEpoch: string | undefined;
  const startedAt = monotonic();
  let upToDateAt = startedAt;
  let completeAt: number | undefined;
  /** Estimated time of the oldest change that is not applied, by the monotonic clock; undefined when all are applied. */
  let behindSince: number | undefined = upToDateAt;
  /** Returns when an event was written, by the monotonic clock; undefined when it has no time. */
  const writtenAt = (event: unknown): number | undefined => {
    const time = timeOf(event);
    return time === undefined ? undefined : monotonic() - Math.max(0, now() - time);
  };
  const stateNow = (): ConsumerState =>
    failure ?? (target !== undefined && offset >= endOffset ? 'consuming' : 'catching_up');
  return {
    status: () => ({
      offset,
      endOffset,
      state: stateNow(),
      otherEpoch,
      caughtUp,
      lastEventAt,
      lagMs: behindSince === undefined ? 0 : Math.max(0, monotonic() - behindSince),
      completeAgeMs: completeAt === undefined ? undefined : monotonic() - completeAt,
    }),
    silentMs: () => monotonic() - (completeAt ?? startedAt),
    startedAt(at) {
      offset = at;
      if (at < endOffset) behindSince ??= monotonic();
    },
    received(batch) {
      endOffset = batch.endOffset;
      target ??= endOffset;
      if (batch.nextOffset > offset)
        behindSince = writtenAt(batch.events[0]) ?? behindSince ?? monotonic();
    },
    applied({ events, heartbeat }, place) {
      offset = place.offset;
      failure = undefined;
      otherEpoch = undefined;
      lastEventAt = timeOf(events.at(-1)) ?? lastEventAt;
      caughtUp ||= target !== undefined && offset >= target;
      if (offset >= endOffset) {
        upToDateAt = monotonic();
        if (heartbeat === undefined) completeAt = upToDateAt;
        behindSince = undefined;
      } else behindSince = writtenAt(events.at(-1)) ?? behindSince ?? upToDateAt;
      if (heartbeat && isCompleteBy(place, heartbeat)) completeAt = heartbeat.at;
    },
    restarted() {
      failure = undefined;
      otherEpoch = undefined;
    },
    failed(cause, epoch) {
      failure = cause;
      otherEpoch = epoch;
      behindSince ??= upToDateAt;
    },
  };
}
