// Consumes the event logs of the services, and invalidates what their events name: a change shows within a second, whichever
// gateway it was made through.
import { startConsumer, type Applied, type Consumer, type Events } from 'chassis/events/consumer';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { createLogSampler } from 'chassis/observability/log-sampler';
import { decodeUserEvent, type InvalidEvent, type UserEvent } from 'contracts/events/decode';
import { decodeSocialEvent, type SocialEvent } from 'contracts/events/decode-social';
import type { LogSource } from '../upstream/log-source.ts';

const INVALID_LINES_A_MINUTE = 3;

export interface ConsumeOptions<Event> {
  /** Prefix of the metrics. */
  readonly name: string;
  readonly source: LogSource;
  readonly decode: (raw: unknown) => Event | InvalidEvent;
  /** Applies an event. @returns false for an event of an unknown type */
  readonly apply: (event: Event) => boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Starts a consumer. What an invalid event is about is not known, so that expires by time only. */
function consume<Event extends { readonly kind: string }>(
  options: ConsumeOptions<Event>,
): Consumer {
  const { name, source, decode, apply, log, metrics } = options;
  const sample = createLogSampler(INVALID_LINES_A_MINUTE, 60_000);
  const report = ({ offset, reason }: InvalidEvent): void => {
    const leftOut = sample('invalid');
    if (leftOut === undefined) return;
    log.warn(
      { consumer: name, position: offset, reason, leftOut },
      'an event breaks the contract; ignored',
    );
  };
  const isInvalid = (event: Event | InvalidEvent): event is InvalidEvent =>
    event.kind === 'invalid';
  const applyBatch = (batch: Events): Applied => {
    let skipped = 0;
    let invalid = 0;
    for (const raw of batch.events) {
      const event = decode(raw);
      if (isInvalid(event)) {
        invalid += 1;
        report(event);
      } else if (!apply(event)) skipped += 1;
    }
    source.advanceTo(batch);
    return { skipped, invalid };
  };
  return startConsumer({
    name,
    source,
    offset: () => source.offset(),
    apply: applyBatch,
    log,
    metrics,
  });
}

type Invalidate = { invalidate(id: number): void };
type Common = Pick<ConsumeOptions<never>, 'source' | 'log' | 'metrics'>;

/**
 * Consumes Identity's user event log. It does not store the name from an event: a change through this gateway may be newer.
 * The next lookup requests the name.
 */
export const consumeUserEvents = (users: Invalidate, common: Common): Consumer =>
  consume<Exclude<UserEvent, InvalidEvent>>({
    ...common,
    name: 'gateway',
    decode: decodeUserEvent,
    apply(event) {
      if (event.kind === 'unknown') return false;
      users.invalidate(event.userId);
      return true;
    },
  });

/** Consumes the social event log. */
export const consumeSocialEvents = (posts: Invalidate, common: Common): Consumer =>
  consume<Exclude<SocialEvent, InvalidEvent>>({
    ...common,
    name: 'gateway_social',
    decode: decodeSocialEvent,
    apply(event) {
      if (event.kind === 'unknown') return false;
      if (event.kind === 'post') posts.invalidate(event.id);
      return true;
    },
  });
