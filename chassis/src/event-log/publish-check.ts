// The check of events before they are published, by the feed or by the relay. An event that does not match its schema is
// never left out silently: everything stops before it until a person has corrected the log.
import { SourceError } from '../events/source.ts';
import { createLogSampler } from '../observability/log-sampler.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { LogReader } from './log-reader.ts';

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
 * @param faultsOf what is wrong with an event, without its values
 * @throws UnpublishableEvent when the first event does not match
 */
export function publishable<Row extends { readonly position: number }, Event>(
  rows: readonly Row[],
  toEvent: (row: Row) => Event,
  faultsOf: (event: Event) => readonly string[],
): Event[] {
  const events: Event[] = [];
  for (const row of rows) {
    const [event, fault] = checked(row, toEvent, faultsOf);
    if (fault !== undefined) {
      if (events.length === 0) throw new UnpublishableEvent(row.position, fault);
      break;
    }
    events.push(event);
  }
  return events;
}

function checked<Row, Event>(
  row: Row,
  toEvent: (row: Row) => Event,
  faultsOf: (event: Event) => readonly string[],
): [Event, undefined] | [undefined, string] {
  try {
    const event = toEvent(row);
    const [fault] = faultsOf(event);
    return fault === undefined ? [event, undefined] : [undefined, fault];
  } catch {
    // Such as an infinite time, which PostgreSQL has and JavaScript has not.
    return [undefined, 'a value cannot be converted'];
  }
}

/** A reader that reports the event at which publishing stops. */
export interface WatchedReader<Reader> {
  readonly reader: Reader;
  /** Looks again at the event at which publishing stopped: another instance may serve its consumers now. */
  recheck(): Promise<void>;
  /** Text for operators; undefined while nothing is wrong. */
  notice(): string | undefined;
}

export interface WatchOptions {
  /** The log in messages, such as `user event log`. */
  readonly name: string;
  /** Prefix of the metric, such as `identity_log`. */
  readonly prefix: string;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Reports by a log line, the metric `…_blocked_offset` and a notice. */
export function watchPublishing<Reader extends LogReader<unknown>>(
  inner: Reader,
  { name, prefix, log, metrics }: WatchOptions,
): WatchedReader<Reader> {
  let blocked: UnpublishableEvent | undefined;
  const sampled = createLogSampler(LOG_LINES_PER_MINUTE, 60_000);
  metrics.gauge(
    `${prefix}_blocked_offset`,
    'Offset of the event that does not match its schema, before which publishing stops; 0 if there is none',
    [],
    (own) => own.set(blocked?.offset ?? 0),
  );
  const after: Reader['after'] = async (offset) => {
    try {
      const page = await inner.after(offset);
      const isBeyond = page.events.length === 0 || page.nextOffset >= (blocked?.offset ?? 0);
      if (blocked !== undefined && offset < blocked.offset && isBeyond) {
        log.info({ offset: blocked.offset }, `events of the ${name} are published again`);
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
