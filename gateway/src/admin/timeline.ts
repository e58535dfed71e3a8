// The newest changes of breakers, for the admin page: what opened, why, and who switched it.
import type { Logger } from 'chassis/observability/log';
import type { Breaker, BreakerName, BreakerState } from '../upstream/engine/breaker.ts';
import type { FailureKind } from '../upstream/engine/failure.ts';

/** Enough for the evening of an outage; the log has all of them. */
const MAX_ENTRIES = 50;

export type SwitchMode = 'open' | 'close' | 'auto';

export interface Transition {
  /** As ISO 8601. */
  readonly at: string;
  readonly breaker: BreakerName;
  readonly to: BreakerState;
  /** Of a breaker that opened by itself. */
  readonly cause?: FailureKind | undefined;
  /** Of an operator. */
  readonly reason?: string | undefined;
}

export interface Timeline {
  /** Newest first. */
  list(): readonly Transition[];
  /** Switches a breaker for an operator, and logs that. */
  force(breaker: Breaker, mode: SwitchMode, reason: string | undefined): void;
}

/** The breakers that a time line watches. */
export interface Watched {
  readonly breakers: readonly Breaker[];
  onBreakerChange(listener: () => void): () => void;
}

/** Probes are left out: while an upstream is down, there is one every few seconds. */
export function createTimeline(watched: Watched, log: Logger): Timeline {
  const { breakers } = watched;
  const entries: Transition[] = [];
  const known = new Map(breakers.map(({ name, state }) => [name, state]));
  let reason: string | undefined;
  watched.onBreakerChange(() => {
    for (const breaker of breakers) {
      const { state, since, lastFailure } = breaker.report();
      if (state === 'half_open' || state === known.get(breaker.name)) continue;
      known.set(breaker.name, state);
      const cause = state === 'open' ? lastFailure : undefined;
      entries.unshift({ at: since, breaker: breaker.name, to: state, cause, reason });
      entries.length = Math.min(entries.length, MAX_ENTRIES);
    }
  });
  return {
    list: () => entries,
    force(breaker, mode, why) {
      log.warn({ upstream: breaker.name, mode, reason: why }, 'an operator switches a breaker');
      // The listener runs within force().
      reason = why;
      breaker.force(mode);
      reason = undefined;
    },
  };
}
