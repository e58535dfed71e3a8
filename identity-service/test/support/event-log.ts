// Reads the user event log: through its feed, as a consumer does, and in the database.
import { setTimeout as pause } from 'node:timers/promises';
import type { HttpResponse } from 'chassis/testing/http-client';
import type { UserEventBatch, UserEventOnWire } from 'contracts/types';
import type { Kysely } from 'kysely';
import { eventReaderIn } from '../../src/events/event-reader.ts';
import type { Schema } from '../../src/schema.ts';
import type { Identity } from './service.ts';

export interface Page {
  readonly status: number;
  readonly events: UserEventBatch;
  readonly nextOffset: number;
  readonly endOffset: number;
}

export const pageOf = ({ status, headers, text }: HttpResponse): Page => ({
  status,
  events: JSON.parse(text) as UserEventBatch,
  nextOffset: Number(/lastEventId=(\d+)>; rel="next"/.exec(String(headers['link']))?.[1]),
  endOffset: Number(headers['log-head']),
});

/** Reads one batch of the feed. */
export const read = async ({ request }: Pick<Identity, 'request'>, query = ''): Promise<Page> =>
  pageOf(await request(`/api/user-events${query}`));

/** Reads all events of the feed after an offset. */
export async function readAll(
  identity: Pick<Identity, 'request'>,
  after = 0,
): Promise<UserEventOnWire[]> {
  const page = await read(identity, `?lastEventId=${after}`);
  return page.events.length === 0
    ? []
    : [...page.events, ...(await readAll(identity, page.nextOffset))];
}

/** Applies events to names by id. */
export function foldUsernames(
  events: readonly UserEventOnWire[],
  names: Map<number, string> = new Map(),
): Map<number, string> {
  for (const { type, data } of events) {
    if (type === 'UserDeleted') names.delete(data.id);
    else names.set(data.id, data.username);
  }
  return names;
}

/** Returns type, user id and name of each event. */
export const summaryOf = (
  events: readonly UserEventOnWire[],
): (readonly [string, number, string?])[] =>
  events.map((event) =>
    event.type === 'UserDeleted'
      ? [event.type, event.data.id]
      : [event.type, event.data.id, event.data.username],
  );

export const usernamesOf = (events: readonly UserEventOnWire[]): string[] =>
  events.flatMap((event) => (event.type === 'UserDeleted' ? [] : event.data.username));

/** Polls the log from its beginning, until a batch has no events after `isOver` has returned true. */
export async function readLogUntil(
  db: Kysely<Schema>,
  isOver: () => boolean,
): Promise<UserEventOnWire[]> {
  const log = eventReaderIn(db);
  const all: UserEventOnWire[] = [];
  for (let after = 0; ;) {
    const last = isOver();
    const { events, nextOffset } = await log.after(after);
    all.push(...events);
    after = nextOffset;
    if (last && events.length === 0) return all;
    await pause(0);
  }
}
