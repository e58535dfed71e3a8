// GET /api/user-events: the log as an HTTP feed (http-feeds.org), with long polling.
import { defineRoute, type Route } from 'chassis/http/app';
import { requestContextOf } from 'chassis/http/request-context';
import { invalid, Problem } from 'chassis/http/problem';
import type { LongPoll } from '../events/long-poll.ts';
import type { UserEventPage, EventReader } from '../events/event-reader.ts';

const POSITION = /^(0|[1-9]\d{0,15})$/;
const MS = /^(0|[1-9]\d{0,4})$/;
const WAIT_MAX_MS = 10_000;
/** Each of them keeps a place among the requests in flight; one for every reader is plenty. */
const WAITING_MAX = 100;

export function userEventRoutes(
  log: Pick<EventReader, 'endOffset' | 'after'>,
  feed: LongPoll,
): Route[] {
  /** @param left aborts when nobody is there any more to hear of it */
  const read = async (after: number, ms: number, left: AbortSignal): Promise<UserEventPage> => {
    const batch = await log.after(after);
    if (after > batch.endOffset) throw invalidPosition();
    if (batch.events.length > 0 || ms === 0) return batch;
    if (feed.waiterCount() >= WAITING_MAX) throw tooManyWait();
    await feed.wait(after, ms, left);
    return left.aborted ? batch : log.after(after);
  };

  return [
    defineRoute({
      method: 'get',
      path: '/api/user-events',
      query: ['lastEventId', 'timeout'],
      async handle(req, { lastEventId = '0', timeout = '0' }) {
        const ms = parseTimeout(timeout);
        const leaving = new AbortController();
        requestContextOf(req).onDisconnect = () => leaving.abort();
        const after = lastEventId === 'latest' ? await log.endOffset() : parsePosition(lastEventId);
        const { events, nextOffset, endOffset } = await read(after, ms, leaving.signal);
        return {
          body: JSON.stringify(events),
          type: 'application/cloudevents-batch+json',
          cache: 'no-store',
          headers: {
            Link: `</api/user-events?lastEventId=${nextOffset}>; rel="next"`,
            'Log-Head': String(endOffset),
          },
        };
      },
    }),
  ];
}

function parsePosition(text: string): number {
  const position = POSITION.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(position)) throw invalidPosition();
  return position;
}

function parseTimeout(text: string): number {
  const ms = MS.test(text) ? Number(text) : NaN;
  if (!(ms <= WAIT_MAX_MS))
    throw invalid('/query/timeout', `expected milliseconds from 0 to ${WAIT_MAX_MS}`);
  return ms;
}

/** Also for one that this log has not reached: who has it read another log, or one that is lost. */
const invalidPosition = (): Problem =>
  invalid('/query/lastEventId', 'expected a position in the log');

const tooManyWait = (): Problem =>
  new Problem('overloaded', 'Too many wait for the next event; try again', {
    headers: { 'Retry-After': '1' },
    reason: 'too many wait for the next event',
  });
