// Identity's log of its users, as an HTTP feed: what a story lets happen, and waiting for it.
import { batchType } from 'contracts/events/batch';
import { refuses, type Saying } from './upstream.ts';

export interface UserLog {
  /** The position of the newest event; 0 when there is none. */
  readonly head: number;
  /** This is the user's name now. Wakes who waits. */
  named(userId: number, username: string): void;
  /** The user is gone. */
  deleted(userId: number): void;
  /** Changes of an event that is right, or anything that is none. */
  add(event: Readonly<Record<string, unknown>> | string | null): void;
  /** Begins anew, as one that was restored from nothing. */
  lose(): void;
}

const EPOCH = Date.UTC(2026, 0, 1);
const MOST = 500;
const BAD = {
  errors: [{ pointer: '/query/lastEventId', detail: 'expected a position in the log' }],
};

export function createUserLog(): UserLog & { readonly read: (query: URLSearchParams) => Saying } {
  let events: unknown[] = [];
  const waiting = new Set<() => void>();

  const append = (event: unknown): void => {
    events.push(event);
    for (const wake of waiting) wake();
  };
  const event = (type: string, id: number, data: object): Record<string, unknown> => {
    const position = events.length + 1;
    return {
      specversion: '1.0',
      id: String(position),
      source: 'urn:social-network:identity',
      type,
      subject: String(id),
      time: new Date(EPOCH + position * 1000).toISOString(),
      sequence: String(position).padStart(20, '0'),
      datacontenttype: 'application/json',
      data: { id, ...data },
    };
  };
  const after = (position: number): Saying => {
    const body = events.slice(position, position + MOST);
    return {
      status: 200,
      body,
      headers: {
        'Content-Type': batchType,
        Link: `</api/user-events?lastEventId=${position + body.length}>; rel="next"`,
        'Log-Head': String(events.length),
      },
    };
  };
  const wait = (position: number, ms: number) =>
    new Promise<Saying>((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        clearTimeout(timer);
        resolve(after(position));
      };
      const timer = setTimeout(wake, ms).unref();
      waiting.add(wake);
    });

  return {
    get head() {
      return events.length;
    },
    named: (id, username) => append(event('UserUpdated', id, { username })),
    deleted: (id) => append({ ...event('UserDeleted', id, {}), method: 'DELETE' }),
    add: (changes) =>
      append(
        typeof changes === 'object' && changes !== null
          ? { ...event('UserUpdated', 1, { username: 'cat_sun_dog' }), ...changes }
          : changes,
      ),
    lose: () => (events = []),
    read(query) {
      const asked = query.get('lastEventId') ?? '0';
      const position = asked === 'latest' ? events.length : Number(asked);
      if (!(position <= events.length)) return refuses('invalid-request', 'No position.', BAD);
      const ms = Number(query.get('timeout') ?? 0);
      const now = after(position);
      return ms > 0 && position === events.length ? { ...now, later: wait(position, ms) } : now;
    },
  };
}
