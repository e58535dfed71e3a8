// Reads a log over HTTP, by long polls: the feed delays its answer until there are new events.
import { type EventBatch, type EventSource, SourceError } from './source.ts';
import { FEED_BYTES_MAX, feedUrl, readFeedPage } from './feed-page.ts';
import { fetchJson, ResponseTooLarge, type JsonResponse } from '../base/fetch-json.ts';
import { raceAbort, withTimeout } from '../base/timeout.ts';

export interface HttpSourceOptions {
  /** URL of the feed, such as http://127.0.0.1:8081/api/user-events. */
  readonly url: string;
  /** Shown to the feed as a bearer token; none when left out. */
  readonly token?: string | undefined;
  /** How long the feed may wait for new events, in ms; 5 s when left out. */
  readonly waitMs?: number;
  /** Further time for the complete answer, in ms; 3 s when left out. */
  readonly graceMs?: number;
}

const WAIT_MS = 5_000;
const GRACE_MS = 3_000;
const tooSlow = (): Error => new SourceError('the feed is too slow');
const noop = (): Promise<void> => Promise.resolve();

/** Makes a source without state: the next read repeats the events that were read and not applied. */
export function httpSource({
  url,
  token,
  waitMs = WAIT_MS,
  graceMs = GRACE_MS,
}: HttpSourceOptions): EventSource {
  return {
    async read(after, signal): Promise<EventBatch> {
      const pageUrl = feedUrl(url, after, waitMs);
      // Aborted whatever ends the wait, so that the connection is freed.
      const request = new AbortController();
      try {
        const response = fetchPage(pageUrl, token, request.signal);
        const page = await raceAbort(withTimeout(response, waitMs + graceMs, tooSlow), signal);
        return { ...readFeedPage(page, pageUrl), ack: noop };
      } catch (error) {
        if (signal.aborted || error instanceof SourceError) throw error;
        throw new SourceError('the feed cannot be reached', { cause: error });
      } finally {
        request.abort();
      }
    },
    close: noop,
  };
}

/** The header that shows a token; nothing without one. */
export const authorizationOf = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { Authorization: `Bearer ${token}` };

async function fetchPage(
  url: URL,
  token: string | undefined,
  signal: AbortSignal,
): Promise<JsonResponse> {
  const headers = { Accept: 'application/cloudevents-batch+json', ...authorizationOf(token) };
  try {
    return await fetchJson(url, { maxBytes: FEED_BYTES_MAX, signal, headers });
  } catch (error) {
    if (!(error instanceof ResponseTooLarge)) throw error;
    throw new SourceError(`the feed's answer is larger than ${FEED_BYTES_MAX} bytes`);
  }
}
