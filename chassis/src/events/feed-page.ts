// Reads the pages of an HTTP feed of events (http-feeds.org). Everything that the other service sends is validated.
import { parseEpochs } from './epoch.ts';
import { type Events, parseOffset, SourceError, UnknownOffset } from './source.ts';

/** A response with its complete body. */
export interface FeedResponse {
  readonly status: number;
  /** A header field by its lower-case name. */
  readonly header: (name: string) => string | null | undefined;
  /** The parsed JSON; undefined when the body is not JSON. */
  readonly body: unknown;
}

/** Largest page, in bytes: 500 events of at most 2 KiB each. */
export const FEED_BYTES_MAX = 1_048_576;

const BATCH_TYPE = 'application/cloudevents-batch+json';
const NEXT_LINK = /<([^<>]*)>\s*;[^<]*?\brel="?next"?/i;
/** The pointer in a 400 that rejects the offset. */
const OFFSET_POINTER = '/query/lastEventId';

/** Returns the URL for the events after an offset. @param waitMs how long the feed may wait for new events */
export function feedUrl(feed: string, after: number, waitMs: number): URL {
  const url = new URL(feed);
  if (after !== 0) url.searchParams.set('lastEventId', String(after));
  if (waitMs > 0) url.searchParams.set('timeout', String(waitMs));
  return url;
}

/**
 * Reads the page that the feed sent for `url`.
 * @throws SourceError when the response is not a page of a feed, UnknownOffset when the log never gave the offset
 */
export function readFeedPage({ status, header, body }: FeedResponse, url: URL): Events {
  if (status === 400 && rejectsOffset(body))
    throw new UnknownOffset(
      'the log does not know this offset: it is another log, or lost its newest events',
    );
  if (status !== 200) throw new SourceError(`the feed answered with ${status}`);
  if (header('content-type')?.split(';')[0]?.trim().toLowerCase() !== BATCH_TYPE)
    throw new SourceError('the feed answered with another content type than a batch of events');
  if (!Array.isArray(body)) throw new SourceError('the feed answered without a list of events');
  const end = parseOffset(header('log-head'));
  if (end === undefined) throw new SourceError('the feed answered without the end of its log');
  const after = parseOffset(url.searchParams.get('lastEventId')) ?? 0;
  const next = nextOffsetOf(header('link') ?? '', url);
  if (next === undefined)
    throw new SourceError('the feed answered without a link to its next page');
  if (next < after) throw new SourceError('the link to the next page goes backwards');
  if (next === after && body.length > 0)
    throw new SourceError('the link to the next page leads to the same page');
  const epochText = header('log-epoch') ?? undefined;
  const epochs = parseEpochs(epochText);
  if (epochText !== undefined && epochs === undefined)
    throw new SourceError('the feed answered with epochs that cannot be read');
  // The feed may have read the end of the log before the events.
  const timeAtStart = header('log-time') ?? undefined;
  const startOffset = parseOffset(header('log-start'));
  const endOffset = Math.max(end, next);
  return {
    events: body,
    nextOffset: next,
    endOffset,
    epochs,
    timeAtStart,
    ...(startOffset !== undefined && { startOffset }),
  };
}

function rejectsOffset(body: unknown): boolean {
  const { errors } = (body ?? {}) as { errors?: unknown };
  return (
    Array.isArray(errors) &&
    errors.some((fault: { pointer?: unknown } | null) => fault?.pointer === OFFSET_POINTER)
  );
}

/** Returns the offset in the link to the next page; undefined unless the link leads to the same feed. */
function nextOffsetOf(link: string, url: URL): number | undefined {
  const target = NEXT_LINK.exec(link)?.[1];
  if (target === undefined || !URL.canParse(target, url.href)) return undefined;
  const next = new URL(target, url);
  if (next.origin !== url.origin || next.pathname !== url.pathname) return undefined;
  return parseOffset(next.searchParams.get('lastEventId'));
}
