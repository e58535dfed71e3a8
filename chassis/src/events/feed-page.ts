// The answers of an HTTP feed (http-feeds.org), read as what they are: somebody else's.
import { type Events, parsePosition, SourceError, UnknownPosition } from './source.ts';

/** An answer that was read whole. */
export interface FeedAnswer {
  readonly status: number;
  /** A header field by its lower-case name. */
  readonly header: (name: string) => string | null | undefined;
  readonly body: string;
}

/** More than one answer can be, of 500 events at most. */
export const FEED_BYTES_MAX = 1_048_576;

const BATCH_TYPE = 'application/cloudevents-batch+json';
const NEXT_LINK = /<([^<>]*)>\s*;[^<]*?\brel="?next"?/i;
/** What a 400 names when it does not know the position that it was asked for. */
const POSITION_POINTER = '/query/lastEventId';

/** `url` of a feed with the question for what comes after a position, waiting so long (ms) when nothing does. */
export function feedQuestion(url: string, after: number, waitMs: number): URL {
  const question = new URL(url);
  if (after !== 0) question.searchParams.set('lastEventId', String(after));
  if (waitMs > 0) question.searchParams.set('timeout', String(waitMs));
  return question;
}

/**
 * What a feed answered to a question.
 * @throws SourceError for what is no answer of a feed, UnknownPosition when the log does not know the position
 */
export function readFeedAnswer({ status, header, body }: FeedAnswer, question: URL): Events {
  if (status === 400 && namesPosition(body))
    throw new UnknownPosition('the log does not know this position: it is another log, or a newer');
  if (status !== 200) throw new SourceError(`the feed answered with ${status}`);
  if (header('content-type')?.split(';')[0]?.trim().toLowerCase() !== BATCH_TYPE)
    throw new SourceError('the feed answered with another type than a batch of events');
  const events = parse(body);
  if (!Array.isArray(events)) throw new SourceError('the feed answered without a list of events');
  const head = parsePosition(header('log-head'));
  if (head === undefined) throw new SourceError('the feed answered without its head');
  const after = parsePosition(question.searchParams.get('lastEventId')) ?? 0;
  const next = nextOf(header('link') ?? '', question);
  if (next === undefined) throw new SourceError('the feed answered without where to go on');
  if (next < after) throw new SourceError('the feed goes backwards');
  if (next === after && events.length > 0) throw new SourceError('the feed goes round in circles');
  // The head may have been looked up a moment before the events.
  return { events, next, head: Math.max(head, next) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // The parser's own error quotes what it read.
    return undefined;
  }
}

function namesPosition(body: string): boolean {
  const { errors } = (parse(body) ?? {}) as { errors?: unknown };
  return (
    Array.isArray(errors) &&
    errors.some((one: { pointer?: unknown } | null) => one?.pointer === POSITION_POINTER)
  );
}

/** The position in the link to the next page; it must lead to the same feed. */
function nextOf(link: string, question: URL): number | undefined {
  const target = NEXT_LINK.exec(link)?.[1];
  if (target === undefined || !URL.canParse(target, question.href)) return undefined;
  const url = new URL(target, question);
  if (url.origin !== question.origin || url.pathname !== question.pathname) return undefined;
  return parsePosition(url.searchParams.get('lastEventId'));
}
