// Events of Identity's feeds, as Identity writes them.
import type { SessionEnded, UserEventOnWire } from 'contracts/types';
import type { FeedEvent } from './event-feed.ts';

/** An event of the log, with the subject of its message at a broker. */
export interface LoggedEvent extends FeedEvent {
  readonly subject: string;
}

const EPOCH = Date.UTC(2026, 1, 1, 8);

const attributesOf = (offset: number, userId: number) =>
  ({
    specversion: '1.0',
    id: String(offset),
    source: 'urn:social-network:identity',
    subject: String(userId),
    time: new Date(EPOCH + offset * 1000).toISOString(),
    sequence: String(offset).padStart(20, '0'),
    datacontenttype: 'application/json',
  }) as const;

/** Makes an event that gives a user a name. */
export function named(
  offset: number,
  userId: number,
  username: string,
  type: 'UserCreated' | 'UserUpdated' = 'UserUpdated',
): LoggedEvent {
  const event = { ...attributesOf(offset, userId), type, data: { id: userId, username } };
  return { offset, event: event satisfies UserEventOnWire, subject: String(userId) };
}

/** Returns the same events, each of which names these epochs. @param epoch as on the wire */
export const inEpoch = (epoch: string, logged: readonly LoggedEvent[]): LoggedEvent[] =>
  logged.map((entry) => ({ ...entry, event: { ...(entry.event as object), epoch } }));

/** Makes the event of a deleted user. */
export function deleted(offset: number, userId: number, time?: string): LoggedEvent {
  const event = {
    ...attributesOf(offset, userId),
    ...(time !== undefined && { time }),
    type: 'UserDeleted',
    method: 'DELETE',
    data: { id: userId },
  } as const;
  return { offset, event: event satisfies UserEventOnWire, subject: String(userId) };
}

/** Makes an event of the feed of ended sessions. @param livesMs how long its access tokens live from now on */
export function sessionEnded(offset: number, id: string, livesMs = 360_000): FeedEvent {
  const event = {
    ...attributesOf(offset, 1),
    type: 'SessionEnded',
    subject: id,
    data: { id, tokensExpireAt: new Date(Date.now() + livesMs).toISOString() },
  } as const;
  return { offset, event: event satisfies SessionEnded };
}

/** Makes an entry of the log with any value as its event; the id of the event may differ from the offset. */
export const arbitrary = (offset: number, event: unknown): LoggedEvent => ({
  offset,
  event,
  subject: 'arbitrary',
});

/** Makes a batch as a source returns it. @param endOffset of the log; that of the batch by default */
export const batchOf = (logged: readonly LoggedEvent[], endOffset?: number) => {
  const nextOffset = logged.at(-1)!.offset;
  const events = logged.map(({ event }) => event);
  return { events, nextOffset, endOffset: endOffset ?? nextOffset };
};
