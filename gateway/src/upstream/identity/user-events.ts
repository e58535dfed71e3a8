// Identity's log of its users, as the gateway reads it: what comes after a position, waiting for it when there is nothing.
import { parsePosition } from 'chassis/events/source';
import { FEED_BYTES_MAX } from 'chassis/events/feed-page';
import type { AnswerHeaders, Bounds, Operation } from '../engine/endpoint.ts';

/** Where to read on; `latest` is where the log ends now. */
export type After = number | 'latest';

export interface LogQuestion {
  readonly after: After;
  /** How long Identity waits for news, in milliseconds. */
  readonly waitMs: number;
}

export interface LogPage {
  readonly events: readonly unknown[];
  readonly next: number;
  readonly head: number;
}

const NEXT = /^<[^>]*[?&]lastEventId=(\d+)>; ?rel="?next"?$/;

function pageOf(body: unknown, headers: AnswerHeaders): LogPage | undefined {
  const next = parsePosition(NEXT.exec(String(headers['link']))?.[1]);
  const head = parsePosition(String(headers['log-head']));
  if (!Array.isArray(body) || next === undefined || head === undefined) return undefined;
  return { events: body, next, head };
}

/** undefined: the log does not know the position; it is another one than before. */
export const getLog = ({ list }: Bounds): Operation<LogQuestion, LogPage | undefined> => ({
  name: 'log',
  target: ({ after, waitMs }) => `/api/user-events?lastEventId=${after}&timeout=${waitMs}`,
  // A page is as long as Identity makes it, whatever is allowed for names: what never fits would be asked for for ever.
  maxBytes: () => Math.max(list, FEED_BYTES_MAX),
  answers: {
    200: (body, _question, headers) => {
      const page = pageOf(body, headers);
      return page && { value: page };
    },
    400: (body) => (body === undefined ? undefined : { value: undefined }),
  },
});
