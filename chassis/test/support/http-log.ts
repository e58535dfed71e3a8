// A log behind an HTTP feed on a real socket, with long polling and pages, as a service would offer it.
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventSource } from 'chassis/events/source';
import { httpSource } from 'chassis/events/http-source';
import { writer, type LogEvent, type LogInTest } from './log-in-test.ts';

const PAGE = 500;

export async function httpLog(): Promise<LogInTest> {
  const write = writer();
  const sources: EventSource[] = [];
  const grown = new EventEmitter().setMaxListeners(0);
  let events: LogEvent[] = [];
  let head = 0;
  const server = createServer((req, res) => {
    const { searchParams } = new URL(req.url!, 'http://localhost');
    const after = Number(searchParams.get('lastEventId') ?? 0);
    const answer = async (): Promise<void> => {
      if (after > head) {
        const errors = [{ pointer: '/query/lastEventId', detail: 'beyond the head' }];
        res.writeHead(400, { 'Content-Type': 'application/problem+json' });
        return void res.end(JSON.stringify({ status: 400, errors }));
      }
      const ms = Number(searchParams.get('timeout') ?? 0);
      if (after === head && ms > 0)
        await once(grown, 'more', { signal: AbortSignal.timeout(ms) }).catch(() => undefined);
      const page = events.filter(({ id }) => Number(id) > after).slice(0, PAGE);
      const next = page.at(-1)?.id ?? after;
      res.writeHead(200, {
        'Content-Type': 'application/cloudevents-batch+json',
        Link: `</feed?lastEventId=${next}>; rel="next"`,
        'Log-Head': String(head),
      });
      res.end(JSON.stringify(page));
    };
    void answer();
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const leave = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const port = await listen(0);
  return {
    async append(subjects) {
      const written = subjects.map(write);
      // Compaction: an event that a newer one of its subject supersedes is gone.
      const newer = new Set(subjects);
      const added = written.filter(
        ({ event }, index) => subjects.lastIndexOf(event.subject) === index,
      );
      events = [
        ...events.filter(({ subject }) => !newer.has(subject)),
        ...added.map(({ event }) => event),
      ];
      head = written.at(-1)?.position ?? head;
      grown.emit('more');
      return written.map(({ position }) => position);
    },
    source(waitMs = 1_000) {
      const source = httpSource({ url: `http://127.0.0.1:${port}/feed`, waitMs });
      sources.push(source);
      return source;
    },
    leave,
    async comeBack() {
      await listen(port);
    },
    async remove() {
      await Promise.all(sources.map((source) => source.close()));
      if (server.listening) await leave();
    },
  };
}
