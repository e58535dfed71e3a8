// Reading the log, as a follower does.
import type { UserEventBatch, UserEventOnWire } from 'contracts/types';
import type { Identity } from './service.ts';

export interface Page {
  readonly status: number;
  readonly events: UserEventBatch;
  readonly next: number;
  readonly head: number;
}

type Answer = Awaited<ReturnType<Identity['ask']>>;

export const pageOf = ({ status, headers, text }: Answer): Page => ({
  status,
  events: JSON.parse(text) as UserEventBatch,
  next: Number(/lastEventId=(\d+)>; rel="next"/.exec(String(headers['link']))?.[1]),
  head: Number(headers['log-head']),
});

/** One batch; every answer is held against the contract. */
export const read = async ({ ask }: Pick<Identity, 'ask'>, query = ''): Promise<Page> =>
  pageOf(await ask(`/api/user-events${query}`));

/** All events after a position, by as many batches as that takes. */
export async function readAll(
  identity: Pick<Identity, 'ask'>,
  after = 0,
): Promise<UserEventOnWire[]> {
  const page = await read(identity, `?lastEventId=${after}`);
  return page.events.length === 0 ? [] : [...page.events, ...(await readAll(identity, page.next))];
}

/** What a follower that has seen these events holds: names by ids. */
export function copyOf(
  events: readonly UserEventOnWire[],
  copy: Map<number, string> = new Map(),
): Map<number, string> {
  for (const { type, data } of events) {
    if (type === 'UserDeleted') copy.delete(data.id);
    else copy.set(data.id, data.username);
  }
  return copy;
}

/** Type and name of each event. */
export const outline = (
  events: readonly UserEventOnWire[],
): (readonly [string, number, string?])[] =>
  events.map((event) =>
    event.type === 'UserDeleted'
      ? [event.type, event.data.id]
      : [event.type, event.data.id, event.data.username],
  );

export const namesOf = (events: readonly UserEventOnWire[]): string[] =>
  events.flatMap((event) => (event.type === 'UserDeleted' ? [] : event.data.username));
