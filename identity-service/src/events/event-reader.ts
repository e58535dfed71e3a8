// Reads the user event log by offset, and converts its rows to events on the wire (CloudEvents 1.0).
import type { UserEventOnWire } from 'contracts/types';
import type { Kysely, Selectable } from 'kysely';
import type { Schema, UserEventsTable } from '../schema.ts';

const SOURCE = 'urn:social-network:identity';
/** Events per page; the contract has the same number. */
export const PAGE_MAX = 500;

export interface UserEventPage {
  readonly events: readonly UserEventOnWire[];
  /** The offset after which the next page starts. */
  readonly nextOffset: number;
  /** The offset of the newest event; 0 if the log is empty. */
  readonly endOffset: number;
}

export interface EventReader {
  /** The offset of the newest event; 0 if the log is empty. */
  endOffset(): Promise<number>;
  /** The oldest events after an offset; at most PAGE_MAX. */
  after(offset: number): Promise<UserEventPage>;
  /** The event at an offset; undefined if there is none, or if compaction has deleted it. */
  at(offset: number): Promise<UserEventOnWire | undefined>;
  /** Whether the log has an event of this user after an offset. */
  hasLaterEvent(userId: number, offset: number): Promise<boolean>;
}

export const eventReaderIn = (db: Kysely<Schema>): EventReader => {
  const readEndOffset = async (): Promise<number> => {
    const newest = await db
      .selectFrom('user_events')
      .select('position')
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    return newest?.position ?? 0;
  };
  return {
    endOffset: readEndOffset,
    async after(offset) {
      const rows = await db
        .selectFrom('user_events')
        .selectAll()
        .where('position', '>', offset)
        .orderBy('position')
        .limit(PAGE_MAX)
        .execute();
      return {
        events: rows.map(eventOf),
        nextOffset: rows.at(-1)?.position ?? offset,
        // Read after the events, so that the end is never before the last of them.
        endOffset: await readEndOffset(),
      };
    },
    async at(offset) {
      const row = await db
        .selectFrom('user_events')
        .selectAll()
        .where('position', '=', offset)
        .executeTakeFirst();
      return row && eventOf(row);
    },
    async hasLaterEvent(userId, offset) {
      const later = await db
        .selectFrom('user_events')
        .select('position')
        .where('user_id', '=', userId)
        .where('position', '>', offset)
        .limit(1)
        .executeTakeFirst();
      return later !== undefined;
    },
  };
};

function eventOf(row: Selectable<UserEventsTable>): UserEventOnWire {
  const { position, type, user_id: id, username, traceparent, created_at } = row;
  const attributes = {
    specversion: '1.0',
    id: String(position),
    source: SOURCE,
    subject: String(id),
    time: created_at.toISOString(),
    sequence: String(position).padStart(20, '0'),
    datacontenttype: 'application/json',
    ...(traceparent !== null && { traceparent }),
  } as const;
  return type === 'UserDeleted'
    ? { ...attributes, type, method: 'DELETE', data: { id } }
    : { ...attributes, type, data: { id, username: username! } };
}
