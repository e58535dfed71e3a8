// Consumes the event logs of the services, and invalidates what their events name: a change shows within a second, whichever
// gateway it was made through. The events go on to the live streams.
import { startConsumer, type Applied, type Consumer, type Events } from 'chassis/events/consumer';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { createLogSampler } from 'chassis/observability/log-sampler';
import { decodeUserEvent, type InvalidEvent, type UserEvent } from 'contracts/events/decode';
import { decodeSocialEvent, type SocialEvent } from 'contracts/events/decode-social';
import { epochAt } from 'chassis/events/epoch';
import type { LogListener } from '../live/hub.ts';
import type { SocialLogged, UserLogged } from '../live/replay.ts';
import type { LogSource } from '../upstream/log-source.ts';

const INVALID_LINES_A_MINUTE = 3;

export interface ConsumeOptions<Event> {
  /** Prefix of the metrics. */
  readonly name: string;
  readonly source: LogSource;
  readonly decode: (raw: unknown) => Event | InvalidEvent;
  /** Applies an event of an epoch. @returns false for an event of an unknown type */
  readonly apply: (event: Event, epoch: string | undefined) => boolean;
  /** Receives how far the log is applied. */
  readonly listener: Pick<LogListener<never>, 'advanced'>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Starts a consumer. What an invalid event is about is not known, so that expires by time only. */
function consume<Event extends { readonly kind: string; readonly offset: number }>(
  options: ConsumeOptions<Event>,
): Consumer {
  const { name, source, decode, apply, listener, log, metrics } = options;
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
      } else if (!apply(event, epochOf(event, batch))) skipped += 1;
    }
    source.advanceTo(batch);
    listener.advanced(source.offset(), batch.epochs, batch.nextOffset >= batch.endOffset);
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

/** The epoch of an event; undefined when the log names none. */
const epochOf = (
  { offset }: { readonly offset: number },
  { epochs }: Events,
): string | undefined => (epochs === undefined ? undefined : epochAt(epochs, offset));

type Invalidate = { invalidate(id: number): void };
type Common = Pick<ConsumeOptions<never>, 'source' | 'log' | 'metrics'>;

/**
 * Consumes Identity's user event log. It does not store the name from an event: a change through this gateway may be newer.
 * The next lookup requests the name.
 */
export const consumeUserEvents = (
  users: Invalidate,
  listener: LogListener<UserLogged>,
  common: Common,
): Consumer =>
  consume<Exclude<UserEvent, InvalidEvent>>({
    ...common,
    name: 'gateway',
    decode: decodeUserEvent,
    listener,
    apply(event, epoch) {
      if (event.kind === 'unknown') return false;
      users.invalidate(event.userId);
      listener.event(event, epoch);
      return true;
    },
  });

/** Consumes the social event log. */
export const consumeSocialEvents = (
  posts: Invalidate,
  listener: LogListener<SocialLogged>,
  common: Common,
): Consumer =>
  consume<Exclude<SocialEvent, InvalidEvent>>({
    ...common,
    name: 'gateway_social',
    decode: decodeSocialEvent,
    listener,
    apply(event, epoch) {
      if (event.kind === 'unknown') return false;
      if (event.kind === 'post') posts.invalidate(event.id);
      listener.event(event, epoch);
      return true;
    },
  });
