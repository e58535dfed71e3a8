// A log's events over HTTP: a feed that is asked again and again, and that holds its answer back until there is news.
import { type EventBatch, type EventSource, SourceError } from './source.ts';
import { FEED_BYTES_MAX, feedUrl, readFeedPage } from './feed-page.ts';
import { fetchJson, ResponseTooLarge, type JsonResponse } from '../http/fetch-json.ts';
import { raceAbort, withTimeout } from '../base/timeout.ts';

export interface HttpSourceOptions {
  /** Of the feed, such as http://127.0.0.1:8081/api/user-events. */
  readonly url: string;
  /** How long the feed may wait for news, in ms; 5 s when left out. */
  readonly waitMs?: number;
  /** How much longer the whole answer may take to come, in ms; 3 s when left out. */
  readonly graceMs?: number;
}

const WAIT_MS = 5_000;
const GRACE_MS = 3_000;
const late = (): Error => new SourceError('the feed is too slow');
const done = (): Promise<void> => Promise.resolve();

/** A source that keeps nothing: what was read and not applied is simply asked for again. */
export function httpSource({
  url,
  waitMs = WAIT_MS,
  graceMs = GRACE_MS,
}: HttpSourceOptions): EventSource {
  return {
    async read(after, signal): Promise<EventBatch> {
      const question = feedUrl(url, after, waitMs);
      // Of its own, and not made of others: whatever ends the waiting frees the connection, too.
      const ending = new AbortController();
      try {
        const asking = request(question, ending.signal);
        const answer = await raceAbort(withTimeout(asking, waitMs + graceMs, late), signal);
        return { ...readFeedPage(answer, question), ack: done };
      } catch (error) {
        if (signal.aborted || error instanceof SourceError) throw error;
        throw new SourceError('the feed cannot be reached', { cause: error });
      } finally {
        ending.abort();
      }
    },
    close: done,
  };
}

async function request(question: URL, signal: AbortSignal): Promise<JsonResponse> {
  const headers = { Accept: 'application/cloudevents-batch+json' };
  try {
    return await fetchJson(question, { maxBytes: FEED_BYTES_MAX, signal, headers });
  } catch (error) {
    if (!(error instanceof ResponseTooLarge)) throw error;
    throw new SourceError(`the feed's answer is larger than ${FEED_BYTES_MAX} bytes`);
  }
}
