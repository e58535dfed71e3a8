// Checks whether a stream carries this log. After a restore of the log or the stream, an offset may exist twice, and new
// events of the log would count as already published.
import { isDeepStrictEqual } from 'node:util';
import { isContinuation } from 'chassis/events/epoch';
import type { UserEventOnWire } from 'contracts/types';
import { TOMBSTONE_DAYS } from '../events/compaction.ts';
import type { EventReader } from '../events/event-reader.ts';
import type { StreamTail } from './stream.ts';

const DAY_MS = 86_400_000;
const HELP =
  'one of them was restored or belongs to another system; see "After a restore" in docs/failover.md';

export interface LocalLog {
  readonly log: Pick<EventReader, 'endOffset' | 'epochs' | 'at' | 'hasLaterEvent'>;
  /** The published offset in the database of the log. Compaction deletes nothing after this offset. */
  readonly published: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Compares the last event of the stream with the event of the log at the same offset, and the epochs of both. An event of an
 * unknown type is compared by its offset and epoch alone.
 * @param tail the end of the stream, which has an event
 * @returns a message for operators that says why nothing may be published after this event; undefined if they match
 */
export async function streamMismatch(
  { offset, event, epochs }: Omit<StreamTail, 'sequence'>,
  { log, published, now }: LocalLog,
): Promise<string | undefined> {
  const endOffset = await log.endOffset();
  if (offset > endOffset)
    return `the stream has events beyond the end of the log: its last offset is ${offset}, the log ends at ${endOffset}; ${HELP}`;
  const own = await log.epochs();
  const epoch = epochs?.at(-1)?.id;
  if (!isContinuation({ offset, epoch }, own.epochs))
    return `the stream has events of epoch ${epoch}, which the log does not continue at offset ${offset}; ${HELP}`;
  if (event === undefined) return undefined;
  const logged = await log.at(offset);
  const matches =
    logged === undefined
      ? offset <= published && (await mayBeCompacted(event, log, now))
      : isDeepStrictEqual(comparedFieldsOf(logged), comparedFieldsOf(event));
  return matches ? undefined : `the stream and the log differ at offset ${offset}; ${HELP}`;
}

const comparedFieldsOf = ({ type, subject, time, data }: UserEventOnWire) => [
  type,
  subject,
  time,
  data,
];

/**
 * Tells whether compaction may have deleted the event: a newer event of the same user supersedes it, or it is an old
 * UserDeleted. Any other gap in the log has never been an event.
 */
async function mayBeCompacted(
  { id, type, time, data }: UserEventOnWire,
  log: LocalLog['log'],
  now: number,
): Promise<boolean> {
  if (await log.hasLaterEvent(data.id, Number(id))) return true;
  return type === 'UserDeleted' && Date.parse(time) < now - TOMBSTONE_DAYS * DAY_MS;
}
