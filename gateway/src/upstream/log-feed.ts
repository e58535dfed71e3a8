// Reads the event log of a service: the events after an offset, by a long poll.
import { authorizationOf } from 'chassis/events/http-source';
import { FEED_BYTES_MAX, readFeedPage } from 'chassis/events/feed-page';
import { SourceError, UnknownOffset, type Events } from 'chassis/events/source';
import type { Endpoint, Readers, SizeLimits } from './engine/endpoint.ts';

export interface LogRequest {
  /** The offset to read on from; `latest` is the end of the log. */
  readonly after: number | 'latest';
  /** How long the service may wait for new events, in milliseconds. */
  readonly waitMs: number;
}

type Reader = Readers<LogRequest, Events | undefined>[number];

const pageWith =
  (targetOf: (request: LogRequest) => string, status: number): Reader =>
  (body, request, headers) => {
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? undefined : value;
    };
    // Only the path and the query count: links are relative.
    const url = new URL(targetOf(request), 'http://upstream.invalid');
    try {
      return { value: readFeedPage({ status, header, body }, url) };
    } catch (error) {
      if (error instanceof UnknownOffset) return { value: undefined };
      if (error instanceof SourceError) return undefined;
      throw error;
    }
  };

export type FeedEndpoint = Endpoint<LogRequest, Events | undefined>;

/**
 * A page of events; undefined when the log does not know the offset, because it is another log than before.
 * @param path of the feed, such as /api/user-events
 * @param token shown to the service
 */
export function getEvents(path: string, { list }: SizeLimits, token?: string): FeedEndpoint {
  const target = ({ after, waitMs }: LogRequest): string =>
    `${path}?lastEventId=${after}&timeout=${waitMs}`;
  return {
    // One name for all long polls: panels of latency leave them out by it.
    name: 'log',
    target,
    headers: () => authorizationOf(token),
    // The service decides how long a page is. A page over a smaller limit would be requested again for ever.
    maxBytes: () => Math.max(list, FEED_BYTES_MAX),
    readers: { 200: pageWith(target, 200), 400: pageWith(target, 400) },
  };
}
