// A service's own event log as an HTTP feed (http-feeds.org), with long polling.
import { type Epochs, formatEpochs } from '../events/epoch.ts';
import { defineRoute, type Route } from '../http/app.ts';
import { type InFlight, requestContextOf } from '../http/request-context.ts';
import { invalid, Problem } from '../http/problem.ts';
import { notReady } from '../postgres/errors.ts';
import type { Request } from 'express';
import type { FeedReader } from './feed-readers.ts';
import type { LongPoll } from './long-poll.ts';
import { UnpublishableEvent } from './publish-check.ts';

const OFFSET = /^(0|[1-9]\d{0,15})$/;
const TIMEOUT_MS = /^(0|[1-9]\d{0,4})$/;
const WAIT_MAX_MS = 10_000;
/** The most requests that wait, of each reader with a token, and of all others together. A consumer needs only one. */
const WAITERS_MAX = { named: 25, others: 100 };

/** A page of events, oldest first. */
export interface FeedPage {
  readonly events: readonly unknown[];
  /** The offset after which the next page starts. */
  readonly nextOffset: number;
  /** The offset of the newest event; 0 if there is none. */
  readonly endOffset: number;
  /** All events after this offset are in the feed; undefined for a feed that keeps what matters for ever. */
  readonly startOffset?: number | undefined;
  /** Left out by a feed without epochs. */
  readonly epochs?: Epochs;
  /** `time` of the event at the offset that the page starts after; undefined if it is not known. */
  readonly timeAtStart?: string | undefined;
}

/** What a feed serves. */
export interface FeedSource {
  /** The offset of the newest event; 0 if there is none. */
  endOffset(): Promise<number>;
  /** The oldest events after an offset. */
  after(offset: number): Promise<FeedPage>;
}

/**
 * Makes the route of a feed.
 * @param path its path, such as /api/user-events
 * @param readerOf identifies the reader of a request, or throws a Problem 401
 */
export function feedRoute(
  path: string,
  reader: FeedSource,
  longPoll: LongPoll,
  readerOf: (req: Request) => FeedReader = () => undefined,
): Route {
  const waiting = new Map<FeedReader, number>();
  // Requests that were woken by the same event read the same page: one query for all of them.
  const pages = new Map<string, Promise<FeedPage>>();
  const readAfterWait = (after: number): Promise<FeedPage> => {
    const key = `${after} ${longPoll.latestOffset()}`;
    const shared = pages.get(key) ?? reader.after(after).finally(() => pages.delete(key));
    pages.set(key, shared);
    return shared;
  };
  const wait = async (name: FeedReader, ...args: Parameters<LongPoll['wait']>): Promise<void> => {
    const count = waiting.get(name) ?? 0;
    if (count >= WAITERS_MAX[name === undefined ? 'others' : 'named']) throw tooManyWaiters();
    waiting.set(name, count + 1);
    try {
      await longPoll.wait(...args);
    } finally {
      waiting.set(name, waiting.get(name)! - 1);
    }
  };
  /** @param disconnected aborts when the client disconnects @param inFlight a consumer that waits is no work */
  const read = async (
    name: FeedReader,
    after: number,
    ms: number,
    disconnected: AbortSignal,
    inFlight: InFlight | undefined,
  ): Promise<FeedPage> => {
    const page = await reader.after(after);
    if (after > page.endOffset) throw invalidOffset();
    if (page.events.length > 0 || ms === 0) return page;
    inFlight?.end();
    await wait(name, after, ms, disconnected, name !== undefined);
    inFlight?.begin();
    return disconnected.aborted ? page : readAfterWait(after);
  };

  return defineRoute({
    method: 'get',
    path,
    query: ['lastEventId', 'timeout'],
    async handle(req, { lastEventId = '0', timeout = '0' }) {
      const name = readerOf(req);
      const ms = parseTimeout(timeout);
      const disconnect = new AbortController();
      requestContextOf(req).onDisconnect = () => disconnect.abort();
      const after =
        lastEventId === 'latest' ? await reader.endOffset() : parseLastEventId(lastEventId);
      const { inFlight } = requestContextOf(req);
      const page = await read(name, after, ms, disconnect.signal, inFlight).catch(asProblem);
      const { events, nextOffset, endOffset, startOffset, epochs, timeAtStart } = page;
      return {
        body: JSON.stringify(events),
        type: 'application/cloudevents-batch+json',
        cache: 'no-store',
        headers: {
          Link: `<${path}?lastEventId=${nextOffset}>; rel="next"`,
          'Log-Head': String(endOffset),
          ...(startOffset !== undefined && { 'Log-Start': String(startOffset) }),
          ...(epochs !== undefined && { 'Log-Epoch': formatEpochs(epochs) }),
          ...(timeAtStart !== undefined && { 'Log-Time': timeAtStart }),
        },
      };
    },
  });
}

function parseLastEventId(text: string): number {
  const offset = OFFSET.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(offset)) throw invalidOffset();
  return offset;
}

function parseTimeout(text: string): number {
  const ms = TIMEOUT_MS.test(text) ? Number(text) : NaN;
  if (!(ms <= WAIT_MAX_MS))
    throw invalid('/query/timeout', `expected milliseconds from 0 to ${WAIT_MAX_MS}`);
  return ms;
}

/** Also for an offset beyond the end of this log: the client has read another log, or events that were lost. */
const invalidOffset = (): Problem => invalid('/query/lastEventId', 'expected an offset of the log');

/** @throws Problem 503 for an event that must not be published: consumers wait at their offset, and miss nothing */
function asProblem(error: unknown): never {
  if (!(error instanceof UnpublishableEvent)) throw error;
  const detail = 'The next event of the log does not match its schema, so the log stops here';
  throw notReady(detail, 'log: event does not match its schema');
}

const tooManyWaiters = (): Problem =>
  new Problem('overloaded', 'Too many requests wait for new events; try again', {
    headers: { 'Retry-After': '1' },
    reason: 'too many long polls',
  });
