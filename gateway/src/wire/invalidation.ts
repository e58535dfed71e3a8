// Follows Identity's log: what an event is about is forgotten at once, so that a new name shows everywhere within a second.
import { follow, type Events, type Following } from 'chassis/events/consumer';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { sampler } from 'chassis/observability/log-sampler';
import { decodeUserEvent, type BrokenEvent } from 'contracts/events/decode';
import type { User } from 'contracts/types';
import type { Lookups } from '../upstream/loader.ts';
import type { LogSource } from '../upstream/identity/event-source.ts';

const BROKEN_LINES_A_MINUTE = 3;

export interface FollowingOptions {
  readonly source: LogSource;
  readonly users: Lookups<User>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Forgets, and does not put the event's name in its place: a change that was written through this gateway may be newer
 * than the event. The next look-up asks. Whom a broken event is about nobody knows: time refreshes them.
 */
export function followLog({ source, users, log, metrics }: FollowingOptions): Following {
  const sampled = sampler(BROKEN_LINES_A_MINUTE, 60_000);
  const tell = ({ position, reason }: BrokenEvent): void => {
    const leftOut = sampled('broken');
    if (leftOut === undefined) return;
    log.warn({ follower: 'gateway', position, reason, leftOut }, 'an event of the log is broken');
  };
  const apply = ({ events, next }: Events) => {
    let skipped = 0;
    let broken = 0;
    for (const raw of events) {
      const event = decodeUserEvent(raw);
      if (event.kind === 'unknown') skipped += 1;
      else if (event.kind === 'broken') {
        broken += 1;
        tell(event);
      } else users.forget(event.userId);
    }
    source.moveTo(next);
    return { skipped, broken };
  };
  return follow({
    name: 'gateway',
    source,
    position: () => source.position(),
    apply,
    log,
    metrics,
  });
}
