// Consumes Identity's user event log, and invalidates the users in its events: a new name shows within a second.
import { startConsumer, type Applied, type Consumer, type Events } from 'chassis/events/consumer';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { createLogSampler } from 'chassis/observability/log-sampler';
import { decodeUserEvent, type InvalidEvent } from 'contracts/events/decode';
import type { User } from 'contracts/types';
import type { Loader } from '../upstream/loader.ts';
import type { UserEventSource } from '../upstream/identity/event-source.ts';

const INVALID_LINES_A_MINUTE = 3;

export interface InvalidationOptions {
  readonly source: UserEventSource;
  readonly users: Loader<User>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * Starts the consumer. It does not store the name from an event: a change through this gateway may be newer. The next
 * lookup requests the name. The user of an invalid event is not known, so that name is refreshed by time only.
 */
export function startInvalidation({ source, users, log, metrics }: InvalidationOptions): Consumer {
  const sample = createLogSampler(INVALID_LINES_A_MINUTE, 60_000);
  const report = ({ offset, reason }: InvalidEvent): void => {
    const leftOut = sample('invalid');
    if (leftOut === undefined) return;
    log.warn(
      { consumer: 'gateway', position: offset, reason, leftOut },
      'a user event breaks the contract; ignored',
    );
  };
  const apply = (batch: Events): Applied => {
    let skipped = 0;
    let invalid = 0;
    for (const raw of batch.events) {
      const event = decodeUserEvent(raw);
      if (event.kind === 'unknown') skipped += 1;
      else if (event.kind === 'invalid') {
        invalid += 1;
        report(event);
      } else users.invalidate(event.userId);
    }
    source.advanceTo(batch);
    return { skipped, invalid };
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
