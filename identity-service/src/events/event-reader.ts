// Reads the user event log by offset, and converts its rows to events on the wire (CloudEvents 1.0).
import type { Epochs } from 'chassis/events/epoch';
import { readEpochs } from 'chassis/event-log/epochs';
import {
  attributesOf,
  epochsUpTo,
  type LogReader,
  logReaderIn,
} from 'chassis/event-log/log-reader';
import { complete } from 'contracts/complete';
import { userEventCheck } from 'contracts/events/check';
import type { User, UserEventOnWire } from 'contracts/types';
import type { Kysely, Selectable } from 'kysely';
import type { Schema, UserEventsTable } from '../schema.ts';

const SOURCE = 'urn:social-network:identity';
/** The schema of each event's data: a part of the schema that has this `$id`, in contracts/events. */
const dataSchemas = {
  UserCreated: 'urn:social-network:event:UserCreated#/properties/data',
  UserUpdated: 'urn:social-network:event:UserUpdated#/properties/data',
  UserDeleted: 'urn:social-network:event:UserDeleted#/properties/data',
} as const;

export interface EventReader extends LogReader<UserEventOnWire> {
  /** The event at an offset; undefined if there is none, or if compaction has deleted it. */
  at(offset: number): Promise<UserEventOnWire | undefined>;
  /** Whether the log has an event of this user after an offset. */
  hasLaterEvent(userId: number, offset: number): Promise<boolean>;
}

export const eventReaderIn = (db: Kysely<Schema>): EventReader => ({
  ...logReaderIn(db, { table: 'user_events', toEvent, faultsOf: userEventCheck }),
  async at(offset) {
    const row = await db
      .selectFrom('user_events')
      .selectAll()
      .where('position', '=', offset)
      .executeTakeFirst();
    return row && toEvent(row, epochsUpTo((await readEpochs(db)).epochs, offset));
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
});

/** @param epochs the epochs of the log up to the event */
function toEvent(row: Selectable<UserEventsTable>, epochs: Epochs): UserEventOnWire {
  const { type, user_id: id, username } = row;
  const attributes = attributesOf(row, epochs, SOURCE, String(id));
  if (type === 'UserDeleted')
    return { ...attributes, type, dataschema: dataSchemas[type], method: 'DELETE', data: { id } };
  const data = complete<User>({ id, username: username! });
  return type === 'UserCreated'
    ? { ...attributes, type, dataschema: dataSchemas[type], data }
    : { ...attributes, type, dataschema: dataSchemas[type], data };
}
