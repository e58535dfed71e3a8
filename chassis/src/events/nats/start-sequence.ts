// Finds the place of a log offset in a JetStream stream, which has sequence numbers of its own.
import type { StoredMsg, StreamAPI } from '@nats-io/jetstream';
import { parseOffset, UnknownOffset } from '../source.ts';

/** A stream, and the subject filter of the log's events in the stream. */
export interface LogStream {
  readonly streams: StreamAPI;
  readonly stream: string;
  readonly subject: string;
}

export interface StreamEnd {
  /** Sequence number of the newest message; 0 when there is none. */
  readonly sequence: number;
  /** Offset of the newest event, 0 when there is none; undefined when the newest message is not an event. */
  readonly offset: number | undefined;
}

/** The header with the offset of an event. Brokers use the same header to drop duplicates. */
export const OFFSET_HEADER = 'Nats-Msg-Id';

const offsetOf = (message: StoredMsg): number | undefined =>
  parseOffset(message.header.get(OFFSET_HEADER));

/** Requests the newest message of the stream. */
export async function endOf({ streams, stream, subject }: LogStream): Promise<StreamEnd> {
  const last = await streams.getMessage(stream, { last_by_subj: subject });
  return last === null
    ? { sequence: 0, offset: 0 }
    : { sequence: last.seq, offset: offsetOf(last) };
}

/**
 * Returns the sequence number from which all events after an offset are found. Offsets rise along the stream, so this is
 * a binary search, with one request for each bit of the stream's length. A message that is not an event counts as later.
 * @throws UnknownOffset when the stream ends before the offset
 */
export async function startSequenceAfter(log: LogStream, after: number): Promise<number> {
  const { streams, stream, subject } = log;
  const end = await endOf(log);
  if (end.offset !== undefined && end.offset < after)
    throw new UnknownOffset(
      'the stream ends before this offset: it is not filled yet, or it is another log',
    );
  if (after === 0) return 1;
  if (end.offset === after) return end.sequence + 1;
  const { state } = await streams.info(stream);
  let from = state.first_seq;
  let to = end.sequence;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const query = { seq: middle, next_by_subj: subject };
    // The client's types allow this query only in another call; every server since 2.9 supports it here, too.
    const message = await streams.getMessage(stream, query);
    const offset = message === null ? undefined : offsetOf(message);
    if (offset !== undefined && offset <= after) from = message!.seq + 1;
    else to = middle;
  }
  return from;
}
