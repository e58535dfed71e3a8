// How far a follower is, and for how long it may have been behind.
import type { Events } from './source.ts';

export interface ConsumerStatus {
  /** Everything up to here has taken effect. */
  readonly offset: number;
  /** The newest event's position, as the source said last; 0 before it said anything. */
  readonly endOffset: number;
  /** It has reached the head that it saw first. Stays true from then on. */
  readonly caughtUp: boolean;
  /** `time` of the newest event that took effect, in ms since the epoch; undefined when there was none since the start. */
  readonly lastEventAt: number | undefined;
  /** For so many ms there may be changes that have not taken effect; 0 while there are none. */
  readonly lagMs: number;
}

export interface Progress {
  readonly status: () => ConsumerStatus;
  /** Where reading goes on; it may have been set back. */
  startedAt(position: number): void;
  received(batch: Events): void;
  /** @param position what it is now */
  applied(batch: Events, position: number): void;
  /** Nothing is known of the log since it was last heard of. */
  failed(): void;
}

/** The moment that a CloudEvent says it happened. */
function timeOf(event: unknown): number | undefined {
  const { time } = (event ?? {}) as { time?: unknown };
  const at = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** @param now the wall clock, ms since the epoch: events carry its time, of another machine */
export function trackProgress(now: () => number): Progress {
  let position = 0;
  let head = 0;
  let goal: number | undefined;
  let caughtUp = false;
  let lastEventAt: number | undefined;
  let wholeAt = now();
  /** When the oldest change that is missing here happened, as far as can be known; undefined when none is missing. */
  let behindSince: number | undefined = wholeAt;
  return {
    status: () => ({
      offset: position,
      endOffset: head,
      caughtUp,
      lastEventAt,
      lagMs: behindSince === undefined ? 0 : Math.max(0, now() - behindSince),
    }),
    startedAt(at) {
      position = at;
      if (at < head) behindSince ??= now();
    },
    received(batch) {
      head = batch.endOffset;
      goal ??= head;
      if (batch.nextOffset > position)
        behindSince = timeOf(batch.events[0]) ?? behindSince ?? now();
    },
    applied({ events }, at) {
      position = at;
      lastEventAt = timeOf(events.at(-1)) ?? lastEventAt;
      caughtUp ||= goal !== undefined && position >= goal;
      if (position >= head) {
        wholeAt = now();
        behindSince = undefined;
      } else behindSince = timeOf(events.at(-1)) ?? behindSince ?? wholeAt;
    },
    failed() {
      behindSince ??= wholeAt;
    },
  };
}
