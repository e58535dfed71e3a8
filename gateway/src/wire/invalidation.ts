// Follows Identity's log: what an event is about is forgotten at once, so that a new name shows everywhere within a second.
import { startConsumer, type Events, type Consumer } from 'chassis/events/consumer';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { createLogSampler } from 'chassis/observability/log-sampler';
import { decodeUserEvent, type InvalidEvent } from 'contracts/events/decode';
import type { User } from 'contracts/types';
import type { Loader } from '../upstream/loader.ts';
import type { UserEventSource } from '../upstream/identity/event-source.ts';

const BROKEN_LINES_A_MINUTE = 3;

export interface InvalidationOptions {
  readonly source: UserEventSource;
  readonly users: Loader<User>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Forgets, and does not put the event's name in its place: a change that was written through this gateway may be newer
 * than the event. The next look-up asks. Whom a broken event is about nobody knows: time refreshes them.
 */
export function startInvalidation({ source, users, log, metrics }: InvalidationOptions): Consumer {
  const sampled = createLogSampler(BROKEN_LINES_A_MINUTE, 60_000);
  const report = ({ offset, reason }: InvalidEvent): void => {
    const leftOut = sampled('broken');
    if (leftOut === undefined) return;
    log.warn(
      { follower: 'gateway', position: offset, reason, leftOut },
      'an event of the log is broken',
    );
  };
  const apply = ({ events, nextOffset }: Events) => {
    let skipped = 0;
    let broken = 0;
    for (const raw of events) {
      const event = decodeUserEvent(raw);
      if (event.kind === 'unknown') skipped += 1;
      else if (event.kind === 'invalid') {
        broken += 1;
        report(event);
      } else users.invalidate(event.userId);
    }
    source.advanceTo(nextOffset);
    return { skipped, broken };
  };
  return startConsumer({
    name: 'gateway',
    source,
    offset: () => source.offset(),
    apply,
    log,
    metrics,
  });
}
