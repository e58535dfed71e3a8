// Where a position of the log lies in a JetStream stream, whose own numbers are others.
import type { StoredMsg, StreamAPI } from '@nats-io/jetstream';
import { parseOffset, UnknownOffset } from '../source.ts';

/** A stream, and the subjects in it that are the log's. */
export interface LogStream {
  readonly streams: StreamAPI;
  readonly stream: string;
  readonly subject: string;
}

export interface StreamEnd {
  /** The stream's number of its newest message; 0 for none. */
  readonly sequence: number;
  /** The position of its newest event, 0 for none; undefined when the newest message is no event. */
  readonly offset: number | undefined;
}

/** An event's message carries its position in a header that brokers know, too: they take each once. */
export const OFFSET_HEADER = 'Nats-Msg-Id';

const offsetOf = (message: StoredMsg): number | undefined =>
  parseOffset(message.header.get(OFFSET_HEADER));

/** Asks the stream for its newest message. */
export async function endOf({ streams, stream, subject }: LogStream): Promise<StreamEnd> {
  const last = await streams.getMessage(stream, { last_by_subj: subject });
  return last === null
    ? { sequence: 0, offset: 0 }
    : { sequence: last.seq, offset: offsetOf(last) };
}

/**
 * The number in the stream from which on all events after a position lie: found by halving, a question for each bit of
 * the stream's length. Positions rise along the stream. A message that is no event counts as one after the position.
 * @throws UnknownPosition when the stream ends before the position
 */
export async function startSequenceAfter(log: LogStream, after: number): Promise<number> {
  const { streams, stream, subject } = log;
  const head = await endOf(log);
  if (head.offset !== undefined && head.offset < after)
    throw new UnknownOffset(
      'the stream ends before this position: it is not filled yet, or another log',
    );
  if (after === 0) return 1;
  if (head.offset === after) return head.sequence + 1;
  const { state } = await streams.info(stream);
  let from = state.first_seq;
  let to = head.sequence;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const query = { seq: middle, next_by_subj: subject };
    // The client's types know this question for another call only; every server since 2.9 answers it here, too.
    const message = await streams.getMessage(stream, query);
    const position = message === null ? undefined : offsetOf(message);
    if (position !== undefined && position <= after) from = message!.seq + 1;
    else to = middle;
  }
  return from;
}
