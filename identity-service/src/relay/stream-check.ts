// Whether a stream carries this very log. When one of the two was restored, positions were given twice, and what is new in
// the log would count as published long ago.
import { isDeepStrictEqual } from 'node:util';
import type { UserEventOnWire } from 'contracts/types';
import { TOMBSTONE_DAYS } from '../events/compaction.ts';
import type { EventReader } from '../events/event-reader.ts';

const DAY_MS = 86_400_000;
const HELP =
  'one of them was restored, or is of another system; docs/failover.md says what to do, under "After a restore"';

export interface LocalLog {
  readonly log: Pick<EventReader, 'endOffset' | 'at' | 'hasLaterEvent'>;
  /** Up to where the log is published, as its own database has it. Compaction takes away nothing that is after it. */
  readonly published: number;
  /** Ms since the epoch. */
  readonly now: number;
}

/**
 * @param event the last one of the stream
 * @returns why nothing may be published behind it, to be said to people; undefined when it may
 */
export async function streamMismatch(
  event: UserEventOnWire,
  { log, published, now }: LocalLog,
): Promise<string | undefined> {
  const position = Number(event.id);
  const head = await log.endOffset();
  if (position > head)
    return `the stream has events beyond the log, up to position ${position} and not ${head}: ${HELP}`;
  const own = await log.at(position);
  const agree =
    own === undefined
      ? position <= published && (await mayBeCompacted(event, log, now))
      : isDeepStrictEqual(tellingOf(own), tellingOf(event));
  return agree
    ? undefined
    : `the stream and the log tell different things at position ${position}: ${HELP}`;
}

const tellingOf = ({ type, subject, time, data }: UserEventOnWire) => [type, subject, time, data];

/** Compaction takes away what a newer event of the same user supersedes, and old deletions. Other gaps were never events. */
async function mayBeCompacted(
  { id, type, time, data }: UserEventOnWire,
  log: LocalLog['log'],
  now: number,
): Promise<boolean> {
  if (await log.hasLaterEvent(data.id, Number(id))) return true;
  return type === 'UserDeleted' && Date.parse(time) < now - TOMBSTONE_DAYS * DAY_MS;
}
