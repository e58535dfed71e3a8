// An event log behind an HTTP feed on a real socket.
import type { EventSource } from 'chassis/events/source';
import { httpSource } from 'chassis/events/http-source';
import { createEventFeed } from 'chassis/testing/event-feed';
import { startStub } from 'chassis/testing/stub-server';
import { eventWriter, type TestEvent, type TestLog } from './test-log.ts';

export async function startHttpLog(): Promise<TestLog> {
  const write = eventWriter();
  const feed = createEventFeed('/feed');
  const server = await startStub((_, { searchParams }) => feed.read(searchParams));
  const sources: EventSource[] = [];
  let events: TestEvent[] = [];
  return {
    async append(subjects) {
      const written = subjects.map(write);
      // Compaction: the newest event of each subject stays.
      const newest = new Map(
        [...events, ...written.map(({ event }) => event)].map((event) => [event.subject, event]),
      );
      events = [...newest.values()].toSorted((a, b) => Number(a.id) - Number(b.id));
      feed.replace(events.map((event) => ({ offset: Number(event.id), event })));
      return written.map(({ offset }) => offset);
    },
    source(waitMs = 1_000) {
      const source = httpSource({ url: `${server.url}/feed`, waitMs });
      sources.push(source);
      return source;
    },
    stop: server.refuse,
    restart: server.accept,
    async remove() {
      await Promise.all(sources.map((source) => source.close()));
      await server.close();
    },
  };
}
