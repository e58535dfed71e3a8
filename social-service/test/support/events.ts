// Events of Identity's log, as Identity writes them.
import type { UserEventOnWire } from 'contracts/types';

/** An event in the log: what goes over the wire, and where in the log it is. */
export interface Logged {
  readonly position: number;
  readonly event: unknown;
  /** The subject of its message at a broker. */
  readonly subject: string;
}

const TIME = '2026-02-01T08:00:00.000Z';

const about = (position: number, userId: number, time: string) =>
  ({
    specversion: '1.0',
    id: String(position),
    source: 'urn:social-network:identity',
    subject: String(userId),
    time,
    sequence: String(position).padStart(20, '0'),
    datacontenttype: 'application/json',
  }) as const;

/** This is the user's name from now on. */
export function named(
  position: number,
  userId: number,
  username: string,
  type: 'UserCreated' | 'UserUpdated' = 'UserUpdated',
): Logged {
  const event = { ...about(position, userId, TIME), type, data: { id: userId, username } };
  return { position, event: event satisfies UserEventOnWire, subject: String(userId) };
}

/** The user has left. */
export function deleted(position: number, userId: number, time = TIME): Logged {
  const data = { id: userId };
  const event = {
    ...about(position, userId, time),
    type: 'UserDeleted',
    method: 'DELETE',
    data,
  } as const;
  return { position, event: event satisfies UserEventOnWire, subject: String(userId) };
}

/** Whatever it is; what stands in it may say something else about where it is. */
export const odd = (position: number, event: unknown): Logged => ({
  position,
  event,
  subject: 'odd',
});

/** A batch of events as a source gives it. */
export const batchOf = (logged: readonly Logged[], head?: number) => {
  const next = logged.at(-1)!.position;
  return { events: logged.map(({ event }) => event), nextOffset: next, endOffset: head ?? next };
};
