// The check of events before they are published, by the feed or by the relay. An event that does not match its schema is
// never left out silently: everything stops before it until a person has corrected the log.
import { SourceError } from 'chassis/events/source';
import { createLogSampler } from 'chassis/observability/log-sampler';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { userEventCheck } from 'contracts/events/check';
import type { UserEventOnWire } from 'contracts/types';
import type { EventReader } from './event-reader.ts';

const LOG_LINES_PER_MINUTE = 1;

/** The next event does not match its schema. The message names its offset and what is wrong, and quotes no value. */
export class UnpublishableEvent extends SourceError {
  override readonly name = 'UnpublishableEvent';
  readonly offset: number;

  constructor(offset: number, fault: string) {
    super(
      `the event at offset ${offset} does not match its schema (${fault.trim()}), so it and all later events are not published; see "An event that does not match its schema" in docs/operate.md`,
    );
    this.offset = offset;
  }
}

/**
 * Returns the events before the first that does not match its schema.
 * @param rows rows of the log in order
 * @param toEvent converts a row; a row that cannot be converted does not match
 * @throws UnpublishableEvent when the first event does not match
 */
export function publishable<Row extends { readonly position: number }>(
  rows: readonly Row[],
  toEvent: (row: Row) => UserEventOnWire,
): UserEventOnWire[] {
  const events: UserEventOnWire[] = [];
  for (const row of rows) {
    const [event, fault] = checked(row, toEvent);
    if (event === undefined) {
      if (events.length === 0) throw new UnpublishableEvent(row.position, fault);
      break;
    }
    events.push(event);
  }
  return events;
}

function checked<Row>(
  row: Row,
  toEvent: (row: Row) => UserEventOnWire,
): [UserEventOnWire, undefined] | [undefined, string] {
  try {
    const event = toEvent(row);
    const [fault] = userEventCheck(event);
    return fault === undefined ? [event, undefined] : [undefined, fault];
  } catch {
    // Such as an infinite time, which PostgreSQL has and JavaScript has not.
    return [undefined, 'a value cannot be converted'];
  }
}

/** A reader that reports the event at which publishing stops. */
export interface WatchedReader {
  readonly reader: EventReader;
  /** Looks again at the event at which publishing stopped: another instance may serve its consumers now. */
  recheck(): Promise<void>;
  /** Text for operators; undefined while nothing is wrong. */
  notice(): string | undefined;
}

/** Reports by a log line, the metric `identity_log_blocked_offset` and a notice. */
export function watchPublishing(
  inner: EventReader,
  { log, metrics }: { readonly log: Logger; readonly metrics: Metrics },
): WatchedReader {
  let blocked: UnpublishableEvent | undefined;
  const sampled = createLogSampler(LOG_LINES_PER_MINUTE, 60_000);
  metrics.gauge(
    'identity_log_blocked_offset',
    'Offset of the event that does not match its schema, before which publishing stops; 0 if there is none',
    [],
    (own) => own.set(blocked?.offset ?? 0),
  );
  const after: EventReader['after'] = async (offset) => {
    try {
      const page = await inner.after(offset);
      const isBeyond = page.events.length === 0 || page.nextOffset >= (blocked?.offset ?? 0);
      if (blocked !== undefined && offset < blocked.offset && isBeyond) {
        log.info({ offset: blocked.offset }, 'user events are published again');
        blocked = undefined;
      }
      return page;
    } catch (error) {
      if (error instanceof UnpublishableEvent) {
        blocked = error;
        if (sampled('blocked') !== undefined) log.error({ offset: error.offset }, error.message);
      }
      throw error;
    }
  };
  return {
    reader: { ...inner, after },
    async recheck() {
      if (blocked === undefined) return;
      await after(blocked.offset - 1).catch((error: unknown) => {
        if (!(error instanceof UnpublishableEvent)) throw error;
      });
    },
    notice: () => blocked?.message,
  };
}
