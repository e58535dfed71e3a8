// An event log as an HTTP feed with pages and long polling: makes a stub's responses to GET ?lastEventId=…&timeout=….
import { EventEmitter, once } from 'node:events';
import { problem, type StubResponse } from './stub-server.ts';

/** An event and its offset in the log. */
export interface FeedEvent {
  readonly offset: number;
  readonly event: unknown;
}

export interface EventFeed {
  /** The offset of the newest event; 0 when there is none. */
  readonly endOffset: number;
  append(events: readonly FeedEvent[]): void;
  /** Replaces the log, as a restore from a backup does. */
  replace(events: readonly FeedEvent[]): void;
  /** Resolves after `count` further reads of the feed. */
  nextRead(count?: number): Promise<void>;
  /** Makes the response to a request. */
  read(query: URLSearchParams): StubResponse;
}

const PAGE = 500;
const UNKNOWN_OFFSET = {
  errors: [{ pointer: '/query/lastEventId', detail: 'expected an offset of the log' }],
};

/** Makes an empty feed, whose epochs are those that its newest event names. @param path of the feed, for its links */
export function createEventFeed(path: string): EventFeed {
  let log: readonly FeedEvent[] = [];
  const emitter = new EventEmitter().setMaxListeners(0);
  const endOffset = (): number => log.at(-1)?.offset ?? 0;

  const pageAfter = (after: number): StubResponse => {
    const page = log.filter(({ offset }) => offset > after).slice(0, PAGE);
    const { epoch: epochs } = (log.at(-1)?.event ?? {}) as { epoch?: string };
    const start = log.find(({ offset }) => offset === after)?.event;
    const { time } = (start ?? {}) as { time?: string };
    return {
      status: 200,
      body: page.map(({ event }) => event),
      headers: {
        'Content-Type': 'application/cloudevents-batch+json',
        Link: `<${path}?lastEventId=${page.at(-1)?.offset ?? after}>; rel="next"`,
        'Log-Head': String(endOffset()),
        ...(epochs !== undefined && { 'Log-Epoch': epochs }),
        ...(typeof time === 'string' && { 'Log-Time': time }),
      },
    };
  };
  const read = (after: number): StubResponse => {
    emitter.emit('read');
    return pageAfter(after);
  };
  const poll = async (after: number, ms: number): Promise<StubResponse> => {
    await once(emitter, 'change', { signal: AbortSignal.timeout(ms) }).catch(() => undefined);
    return read(after);
  };

  return {
    get endOffset() {
      return endOffset();
    },
    append(events) {
      log = [...log, ...events];
      emitter.emit('change');
    },
    replace(events) {
      log = events;
      emitter.emit('change');
    },
    async nextRead(count = 1) {
      for (let reads = 0; reads < count; reads += 1) await once(emitter, 'read');
    },
    read(query) {
      const from = query.get('lastEventId') ?? '0';
      const after = from === 'latest' ? endOffset() : Number(from);
      if (!(after <= endOffset()))
        return problem('invalid-request', 'No such offset.', UNKNOWN_OFFSET);
      const ms = Number(query.get('timeout') ?? 0);
      if (ms === 0 || after < endOffset()) return read(after);
      return { ...pageAfter(after), later: poll(after, ms) };
    },
  };
}
