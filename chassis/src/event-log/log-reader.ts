// Reads a service's own event log by offset. Its table has a `position` (the offset), which rises in the order of commits.
import { type Kysely, sql } from 'kysely';
import { type Epochs, formatEpochs } from '../events/epoch.ts';
import { withEpochs } from './epochs.ts';
import { publishable } from './publish-check.ts';

/** Events per page; the contracts have the same number. */
export const PAGE_MAX = 500;

/** The columns that every log has. */
export interface LogRow {
  readonly position: number;
  /** Trace of the request that caused the event (W3C Trace Context). */
  readonly traceparent: string | null;
  readonly created_at: Date;
}

export interface LogTable<Row extends LogRow, Event> {
  readonly table: string;
  /** Whether old events are deleted by age, so that the log has a table `log_start`; see retention.ts. */
  readonly hasStart?: boolean;
  /** @param epochs the epochs of the log up to the event */
  readonly toEvent: (row: Row, epochs: Epochs) => Event;
  /** What is wrong with an event, without its values: such an event is not published. */
  readonly faultsOf: (event: Event) => readonly string[];
}

export interface LogPage<Event> {
  readonly events: readonly Event[];
  /** The offset after which the next page starts. */
  readonly nextOffset: number;
  /** The offset of the newest event; 0 if the log is empty. */
  readonly endOffset: number;
  /** All events after this offset are in the log; undefined for a log that keeps what matters for ever. */
  readonly startOffset?: number | undefined;
  /** The epochs of the log. */
  readonly epochs: Epochs;
  /** `time` of the event at the offset that the page starts after; undefined if there is no such event. */
  readonly timeAtStart: string | undefined;
}

export interface LogReader<Event> {
  /** The offset of the newest event; 0 if the log is empty. */
  endOffset(): Promise<number>;
  /**
   * The oldest events after an offset; at most PAGE_MAX, and none from the first that does not match its schema.
   * @throws UnpublishableEvent when the next event does not match its schema
   */
  after(offset: number): Promise<LogPage<Event>>;
  /** The newest epochs, and the number of epochs so far. Begins a new epoch if the database has another history. */
  epochs(): Promise<{ readonly epochs: Epochs; readonly number: number }>;
}

/** The offset of the newest event of a table; 0 if it is empty. */
export async function endOffsetIn<Schema>(db: Kysely<Schema>, table: string): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    select position from ${sql.table(table)} order by position desc limit 1`.execute(db);
  return rows[0]?.position ?? 0;
}

export function logReaderIn<Schema, Row extends LogRow, Event>(
  db: Kysely<Schema>,
  { table, hasStart = false, toEvent, faultsOf }: LogTable<Row, Event>,
): LogReader<Event> {
  const readStartOffset = async (tx: Kysely<Schema>): Promise<number> => {
    const { rows } = await sql<{ position: number }>`select position from log_start`.execute(tx);
    return rows[0]!.position;
  };
  const pageAfter = async (tx: Kysely<Schema>, offset: number) => {
    const { rows: found } = await sql<Row>`
      select * from ${sql.table(table)}
      where position >= ${offset} order by position limit ${PAGE_MAX + 1}`.execute(tx);
    const start = found[0]?.position === offset ? found[0] : undefined;
    const rows = start === undefined ? found.slice(0, PAGE_MAX) : found.slice(1);
    // Read after the events, so that the end is never before the last of them.
    const endOffset = await endOffsetIn(tx, table);
    // Also read after the events: what is deleted meanwhile was not read.
    const startOffset = hasStart ? await readStartOffset(tx) : undefined;
    return (epochs: Epochs): LogPage<Event> => {
      const ownEvent = (row: Row): Event => toEvent(row, epochsUpTo(epochs, row.position));
      const events = publishable(rows, ownEvent, faultsOf);
      return {
        events,
        nextOffset: rows[events.length - 1]?.position ?? offset,
        endOffset,
        startOffset,
        epochs,
        timeAtStart: start?.created_at.toISOString(),
      };
    };
  };
  return {
    endOffset: () => endOffsetIn(db, table),
    after: (offset) => withEpochs(db, (tx) => pageAfter(tx, offset)),
    epochs: () => withEpochs(db, async () => (epochs, number) => ({ epochs, number })),
  };
}

/** The epochs up to the one that has the event at an offset. */
export function epochsUpTo(epochs: Epochs, offset: number): Epochs {
  const last = epochs.findLastIndex(({ beganAfter }) => beganAfter < offset);
  return epochs.slice(0, Math.max(last, 0) + 1);
}

/**
 * The attributes of a CloudEvent (1.0) that come from its place in the log.
 * @param epochs the epochs of the log up to the event
 */
export const attributesOf = <const Source extends string>(
  { position, traceparent, created_at }: LogRow,
  epochs: Epochs,
  source: Source,
  subject: string,
) =>
  ({
    specversion: '1.0',
    id: String(position),
    source,
    subject,
    time: created_at.toISOString(),
    sequence: String(position).padStart(20, '0'),
    datacontenttype: 'application/json',
    ...(traceparent !== null && { traceparent }),
    epoch: formatEpochs(epochs),
  }) as const;
