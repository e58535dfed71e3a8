// Reads the user event log by offset, and converts its rows to events on the wire (CloudEvents 1.0).
import { type Epochs, formatEpochs } from 'chassis/events/epoch';
import { complete } from 'contracts/complete';
import type { User, UserEventOnWire } from 'contracts/types';
import type { Kysely, Selectable } from 'kysely';
import type { Schema, UserEventsTable } from '../schema.ts';
import { readEpochs, withEpochs } from './epochs.ts';
import { publishable } from './publish-check.ts';

const SOURCE = 'urn:social-network:identity';
/** The schema of each event's data: a part of the schema that has this `$id`, in contracts/events. */
const dataSchemas = {
  UserCreated: 'urn:social-network:event:UserCreated#/properties/data',
  UserUpdated: 'urn:social-network:event:UserUpdated#/properties/data',
  UserDeleted: 'urn:social-network:event:UserDeleted#/properties/data',
} as const;
/** Events per page; the contract has the same number. */
export const PAGE_MAX = 500;

export interface UserEventPage {
  readonly events: readonly UserEventOnWire[];
  /** The offset after which the next page starts. */
  readonly nextOffset: number;
  /** The offset of the newest event; 0 if the log is empty. */
  readonly endOffset: number;
  /** The epochs of the log. */
  readonly epochs: Epochs;
  /** `time` of the event at the offset that the page starts after; undefined if there is no such event. */
  readonly timeAtStart: string | undefined;
}

export interface EventReader {
  /** The offset of the newest event; 0 if the log is empty. */
  endOffset(): Promise<number>;
  /**
   * The oldest events after an offset; at most PAGE_MAX, and none from the first that does not match its schema.
   * @throws UnpublishableEvent when the next event does not match its schema
   */
  after(offset: number): Promise<UserEventPage>;
  /** The newest epochs, and the number of epochs so far. Begins a new epoch if the database has another history. */
  epochs(): Promise<{ readonly epochs: Epochs; readonly number: number }>;
  /** The event at an offset; undefined if there is none, or if compaction has deleted it. */
  at(offset: number): Promise<UserEventOnWire | undefined>;
  /** Whether the log has an event of this user after an offset. */
  hasLaterEvent(userId: number, offset: number): Promise<boolean>;
}

export const eventReaderIn = (db: Kysely<Schema>): EventReader => {
  return {
    endOffset: () => readEndOffset(db),
    after: (offset) => withEpochs(db, (tx) => pageAfter(tx, offset)),
    epochs: () => withEpochs(db, async () => (epochs, number) => ({ epochs, number })),
    async at(offset) {
      const row = await db
        .selectFrom('user_events')
        .selectAll()
        .where('position', '=', offset)
        .executeTakeFirst();
      return row && eventOf(row, (await readEpochs(db)).epochs);
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

async function readEndOffset(db: Kysely<Schema>): Promise<number> {
  const newest = await db
    .selectFrom('user_events')
    .select('position')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest?.position ?? 0;
}

async function pageAfter(db: Kysely<Schema>, offset: number) {
  const found = await db
    .selectFrom('user_events')
    .selectAll()
    .where('position', '>=', offset)
    .orderBy('position')
    .limit(PAGE_MAX + 1)
    .execute();
  const start = found[0]?.position === offset ? found[0] : undefined;
  const rows = start === undefined ? found.slice(0, PAGE_MAX) : found.slice(1);
  // Read after the events, so that the end is never before the last of them.
  const endOffset = await readEndOffset(db);
  return (epochs: Epochs): UserEventPage => {
    const events = publishable(rows, (row) => eventOf(row, epochs));
    const last = events.at(-1);
    return {
      events,
      nextOffset: last === undefined ? offset : Number(last.id),
      endOffset,
      epochs,
      timeAtStart: start?.created_at.toISOString(),
    };
  };
}

/** @param epochs the epochs of the log; the event names those up to its own */
function eventOf(row: Selectable<UserEventsTable>, epochs: Epochs): UserEventOnWire {
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
    epoch: formatEpochs(epochsUpTo(epochs, position)),
  } as const;
  if (type === 'UserDeleted')
    return { ...attributes, type, dataschema: dataSchemas[type], method: 'DELETE', data: { id } };
  const data = complete<User>({ id, username: username! });
  return type === 'UserCreated'
    ? { ...attributes, type, dataschema: dataSchemas[type], data }
    : { ...attributes, type, dataschema: dataSchemas[type], data };
}

function epochsUpTo(epochs: Epochs, offset: number): Epochs {
  const last = epochs.findLastIndex(({ beganAfter }) => beganAfter < offset);
  return epochs.slice(0, Math.max(last, 0) + 1);
}
