// A feed of many users' events over HTTP. The events are generated on request.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GeneratedFeed {
  readonly url: string;
  readonly users: number;
  readonly stop: () => void;
}

const PAGE = 500;
const WAIT_MS = 1_000;

/** Returns the event at an offset as Identity writes it: one event for each user, as after compaction. */
const eventAt = (offset: number) => ({
  specversion: '1.0',
  id: String(offset),
  source: 'urn:social-network:identity',
  subject: String(offset),
  time: '2026-02-01T08:00:00.000Z',
  sequence: String(offset).padStart(20, '0'),
  datacontenttype: 'application/json',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  type: 'UserCreated',
  data: { id: offset, username: `user_number_${offset}` },
});

export const usernameOf = (userId: number): string => eventAt(userId).data.username;

/** Serves the feed of users 1 to `users` on a free port. */
export async function serveGeneratedFeed(users: number): Promise<GeneratedFeed> {
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url!, 'http://identity');
    if (pathname !== '/api/user-events') return void res.writeHead(404).end();
    const after = Number(searchParams.get('lastEventId') ?? 0);
    const count = Math.min(PAGE, users - after);
    const events = Array.from({ length: count }, (_, n) => eventAt(after + n + 1));
    const answer = (): void => {
      res.writeHead(200, {
        'Content-Type': 'application/cloudevents-batch+json',
        Link: `</api/user-events?lastEventId=${after + count}>; rel="next"`,
        'Log-Head': String(users),
      });
      res.end(JSON.stringify(events));
    };
    // There are no new events; a long poll ends empty.
    if (count === 0 && searchParams.has('timeout')) return void setTimeout(answer, WAIT_MS);
    return answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    users,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
