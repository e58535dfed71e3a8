// The source of a log's events for a consumer, whatever carries them, and its errors.

/** One epoch of a log. */
export interface Epoch {
  readonly id: string;
  /** The epoch has the events after this offset. All events up to it belong to older epochs, too. */
  readonly beganAfter: number;
}

/** The epochs of a log, oldest first; at least one. */
export type Epochs = readonly Epoch[];

/** What the writer of a log said last: where the log ended then. */
export interface Heartbeat {
  readonly offset: number;
  readonly epochs: Epochs;
  /** When it arrived, by the monotonic clock, in ms. */
  readonly at: number;
}

/** Events in log order. Payloads are not validated here; the consumer validates them. */
export interface Events {
  readonly events: readonly unknown[];
  /** Where reading continues: all events up to this offset are in this batch or before it. */
  readonly nextOffset: number;
  /** Offset of the newest event of the log; 0 when the log is empty. */
  readonly endOffset: number;
  /** All events after this offset are in the log; left out for a log that keeps what matters for ever. */
  readonly startOffset?: number | undefined;
  /** The epochs of the log up to `nextOffset` or later; left out when they are not known. */
  readonly epochs?: Epochs | undefined;
  /** `time` of the event at the offset where the batch was read; left out when it is not known. */
  readonly timeAtStart?: string | undefined;
  /**
   * The newest heartbeat, null when there was none yet: only that says whether a copy of the log, such as a stream, is complete.
   * Left out by the log itself: each of its answers is a heartbeat.
   */
  readonly heartbeat?: Heartbeat | null | undefined;
}

export interface EventBatch extends Events {
  /** Acknowledges the events; called only after they are applied. */
  readonly ack: () => Promise<void>;
}

/** Delivers the events of a log, to one reader at a time. */
export interface EventSource {
  /**
   * Returns the events after an offset. Waits for a while when there are none, then returns an empty batch. A batch that
   * was not acknowledged is delivered again. Offsets rise and have gaps; no event between two batches is left out.
   * @param after an offset that this log gave, 0 for the beginning
   * @throws SourceError; the next read may succeed
   */
  read(after: number, signal: AbortSignal): Promise<EventBatch>;
  /** Closes connections; never rejects. */
  close(): Promise<void>;
}

/** The events are not available now. The message quotes nothing that the other side sent. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
}

/**
 * The log never gave the requested offset: it is another log, or it lost its newest events. Retrying may not help: an
 * operator has to check, and rebuild what was derived from the old log.
 */
export class UnknownOffset extends SourceError {
  override readonly name = 'UnknownOffset';
}

/** Parses an offset as in headers: decimal digits. Undefined for anything else. */
export function parseOffset(text: string | null | undefined): number | undefined {
  if (typeof text !== 'string' || !/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const offset = Number(text);
  return Number.isSafeInteger(offset) ? offset : undefined;
}
