// The log of users, to be read: events by their positions, in the form that leaves this service (CloudEvents 1.0).
import type { UserEventOnWire } from 'contracts/types';
import type { Kysely, Selectable } from 'kysely';
import type { Schema, UserEventsTable } from '../schema.ts';

const SOURCE = 'urn:social-network:identity';
/** The most events that are read at once; the contract has the same number. */
export const PAGE_MAX = 500;

export interface UserEventPage {
  readonly events: readonly UserEventOnWire[];
  /** Where to go on. */
  readonly nextOffset: number;
  /** The position of the newest event; 0 when there is none. */
  readonly endOffset: number;
}

export interface EventReader {
  endOffset(): Promise<number>;
  /** The oldest events after a position; at most BATCH_MAX. */
  after(position: number): Promise<UserEventPage>;
  /** The event at a position; undefined when there is none, or none any more. */
  at(position: number): Promise<UserEventOnWire | undefined>;
  /** Whether there is an event of this user after a position. */
  hasLaterEvent(userId: number, position: number): Promise<boolean>;
}

export const eventReaderIn = (db: Kysely<Schema>): EventReader => {
  const head = async (): Promise<number> => {
    const newest = await db
      .selectFrom('user_events')
      .select('position')
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirst();
    return newest?.position ?? 0;
  };
  return {
    endOffset: head,
    async after(position) {
      const rows = await db
        .selectFrom('user_events')
        .selectAll()
        .where('position', '>', position)
        .orderBy('position')
        .limit(PAGE_MAX)
        .execute();
      // Asked for afterwards, so that it is never before the last event.
      return {
        events: rows.map(eventOf),
        nextOffset: rows.at(-1)?.position ?? position,
        endOffset: await head(),
      };
    },
    async at(position) {
      const row = await db
        .selectFrom('user_events')
        .selectAll()
        .where('position', '=', position)
        .executeTakeFirst();
      return row && eventOf(row);
    },
    async hasLaterEvent(userId, position) {
      const newer = await db
        .selectFrom('user_events')
        .select('position')
        .where('user_id', '=', userId)
        .where('position', '>', position)
        .limit(1)
        .executeTakeFirst();
      return newer !== undefined;
    },
  };
};

function eventOf(row: Selectable<UserEventsTable>): UserEventOnWire {
  const { position, type, user_id: id, username, traceparent, created_at } = row;
  const about = {
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
    ? { ...about, type, method: 'DELETE', data: { id } }
    : { ...about, type, data: { id, username: username! } };
}
