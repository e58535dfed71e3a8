// Reads Identity's user event log: the events after an offset, by a long poll.
import { authorizationOf } from 'chassis/events/http-source';
import { FEED_BYTES_MAX, readFeedPage } from 'chassis/events/feed-page';
import { SourceError, UnknownOffset, type Events } from 'chassis/events/source';
import type { Endpoint, Readers, SizeLimits } from '../engine/endpoint.ts';

export interface UserEventsRequest {
  /** The offset to read on from; `latest` is the end of the log. */
  readonly after: number | 'latest';
  /** How long Identity may wait for new events, in milliseconds. */
  readonly waitMs: number;
}

const targetOf = ({ after, waitMs }: UserEventsRequest): string =>
  `/api/user-events?lastEventId=${after}&timeout=${waitMs}`;

type Reader = Readers<UserEventsRequest, Events | undefined>[number];

const pageWith =
  (status: number): Reader =>
  (body, request, headers) => {
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? undefined : value;
    };
    // Only the path and the query count: links are relative.
    const url = new URL(targetOf(request), 'http://identity.invalid');
    try {
      return { value: readFeedPage({ status, header, body }, url) };
    } catch (error) {
      if (error instanceof UnknownOffset) return { value: undefined };
      if (error instanceof SourceError) return undefined;
      throw error;
    }
  };

/** A page of events; undefined when the log does not know the offset, because it is another log than before. */
export const getUserEvents = (
  { list }: SizeLimits,
  token?: string,
): Endpoint<UserEventsRequest, Events | undefined> => ({
  name: 'log',
  target: targetOf,
  headers: () => authorizationOf(token),
  // Identity decides how long a page is. A page over a smaller limit would be requested again for ever.
  maxBytes: () => Math.max(list, FEED_BYTES_MAX),
  readers: { 200: pageWith(200), 400: pageWith(400) },
});
