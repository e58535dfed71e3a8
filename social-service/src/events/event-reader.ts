// Reads the social event log by offset, and converts its rows to events on the wire (CloudEvents 1.0).
import type { Epochs } from 'chassis/events/epoch';
import { attributesOf, type LogReader, logReaderIn } from 'chassis/event-log/log-reader';
import { socialEventCheck } from 'contracts/events/check';
import type { SocialEventOnWire } from 'contracts/types';
import type { Kysely, Selectable } from 'kysely';
import type { Schema, SocialEventsTable } from '../schema.ts';

const SOURCE = 'urn:social-network:social';

export const eventReaderIn = (db: Kysely<Schema>): LogReader<SocialEventOnWire> =>
  logReaderIn(db, { table: 'social_events', hasStart: true, toEvent, faultsOf: socialEventCheck });

/** @param epochs the epochs of the log up to the event */
function toEvent(row: Selectable<SocialEventsTable>, epochs: Epochs): SocialEventOnWire {
  const { type, user_id: userId, post_id: postId, other_id: otherId } = row;
  if (type === 'PostCreated' || type === 'PostChanged' || type === 'PostDeleted') {
    const attributes = attributesOf(row, epochs, SOURCE, String(postId));
    return { ...attributes, type, data: { id: postId!, authorId: userId } };
  }
  const subject = [userId, otherId!].toSorted((a, b) => a - b).join('-');
  const attributes = attributesOf(row, epochs, SOURCE, subject);
  const users = { userId, otherId: otherId! };
  return type === 'FriendshipEnded'
    ? { ...attributes, type, data: { ...users, wasFriends: row.was_friends! } }
    : { ...attributes, type, data: users };
}
