// Where a follower has a log's events from, whatever carries them, and how that fails.

/** Events as they come, in the order of the log. What they hold is for whoever applies them to check. */
export interface Events {
  readonly events: readonly unknown[];
  /** Where reading goes on: everything up to this position is in, or before, these events. */
  readonly nextOffset: number;
  /** Position of the newest event of the log; 0 when it has none. */
  readonly endOffset: number;
}

export interface EventBatch extends Events {
  /** Acknowledges the events; only after they have taken effect. */
  readonly ack: () => Promise<void>;
}

/** A log's carrier. One reader at a time. */
export interface EventSource {
  /**
   * The events after a position; waits a while for one when there are none yet, and comes back without any. A batch
   * that was not `done` is given again. Positions rise and have gaps; nothing between two batches is left out.
   * @param after a position that this log gave, 0 for the beginning
   * @throws SourceError; the next read may well succeed
   */
  read(after: number, signal: AbortSignal): Promise<EventBatch>;
  /** Ends what it holds; never rejects. */
  close(): Promise<void>;
}

/** The events cannot be had now. Its message quotes nothing that the other side sent. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
}

/**
 * The log has never given the position that it was asked for: it is another log, or one that lost its end. Asking again
 * may not help: a person has to look, and rebuild what was made of the old log.
 */
export class UnknownOffset extends SourceError {
  override readonly name = 'UnknownPosition';
}

/** A position as it stands in headers: decimal digits. Undefined for anything else. */
export function parseOffset(text: string | null | undefined): number | undefined {
  if (typeof text !== 'string' || !/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const position = Number(text);
  return Number.isSafeInteger(position) ? position : undefined;
}
