// Finds the place of a log offset in a JetStream stream, which has sequence numbers of its own.
import type { StoredMsg, StreamAPI } from '@nats-io/jetstream';
import { parseOffset, UnknownOffset } from '../source.ts';

/** A stream, and the subject filter of the log's events in the stream. */
export interface LogStream {
  readonly streams: StreamAPI;
  readonly stream: string;
  readonly subject: string;
}

/** The header with the offset of an event. Brokers use the same header to drop duplicates. */
export const OFFSET_HEADER = 'Nats-Msg-Id';

const offsetOf = (message: StoredMsg): number | undefined =>
  parseOffset(message.header.get(OFFSET_HEADER));

/** Requests the newest message of the stream; undefined when there is none. */
export const newestOf = async ({ streams, stream, subject }: LogStream) =>
  (await streams.getMessage(stream, { last_by_subj: subject })) ?? undefined;

/** Returns the offset of the newest event, 0 when there is none; undefined when the newest message is not an event. */
export const endOffsetOf = (newest: StoredMsg | undefined): number | undefined =>
  newest === undefined ? 0 : offsetOf(newest);

/** Where reading begins in a stream, and what the stream has before that. */
export interface StreamStart {
  /** Sequence number from which all events after the offset are found. */
  readonly sequence: number;
  /** The event at the offset; undefined when the stream does not have it any more. */
  readonly before: StoredMsg | undefined;
  /** The newest message; undefined when there is none. */
  readonly newest: StoredMsg | undefined;
}

/**
 * Finds the start of the events after an offset. Offsets rise along the stream, so this is a binary search, with one request
 * for each bit of the stream's length. A message that is not an event counts as later.
 * @throws UnknownOffset when the stream ends before the offset
 */
export async function startAfter(log: LogStream, after: number): Promise<StreamStart> {
  const { streams, stream, subject } = log;
  const newest = await newestOf(log);
  const end = endOffsetOf(newest);
  if (end !== undefined && end < after)
    throw new UnknownOffset(
      'the stream ends before this offset: it is not filled yet, or it is another log',
    );
  if (after === 0 || newest === undefined) return { sequence: 1, before: undefined, newest };
  if (end === after) return { sequence: newest.seq + 1, before: newest, newest };
  const { state } = await streams.info(stream);
  let from = state.first_seq;
  let to = newest.seq;
  let last: StoredMsg | undefined;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const query = { seq: middle, next_by_subj: subject };
    // The client's types allow this query only in another call; every server since 2.9 supports it here, too.
    const message = await streams.getMessage(stream, query);
    const offset = message === null ? undefined : offsetOf(message);
    if (offset !== undefined && offset <= after) {
      last = message!;
      from = last.seq + 1;
    } else to = middle;
  }
  const before = last !== undefined && offsetOf(last) === after ? last : undefined;
  return { sequence: from, before, newest };
}
