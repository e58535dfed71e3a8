// GET /api/live: a stream of what concerns the viewer.
import { defineRoute, type Route } from 'chassis/http/app';
import { clientAddressOf, clientNetworkOf } from 'chassis/http/client-address';
import type { Caller } from '../upstream/engine/call.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import { createIdentify, type RouteContext } from './context.ts';
import { unwrap } from './unwrap.ts';

/** The limit of a page at Social. */
const PAGE = 100;
/** A viewer's further friends, those with the highest ids, are not in the stream. */
const FRIENDS_MAX = 5_000;

const EVENT_STREAM = {
  type: 'text/event-stream',
  // No proxy may keep, compress or hold back what is written (nginx has a header of its own for the last).
  headers: { 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' },
} as const;

export function liveRoutes(context: RouteContext): Route[] {
  const { live } = context;
  const identify = createIdentify(context);
  return [
    defineRoute({
      method: 'get',
      path: '/api/live',
      query: ['lastEventId'],
      async handle(req, query) {
        const { viewer, caller } = await identify(req);
        if (req.method === 'HEAD') return { ...EVENT_STREAM, stream: () => undefined };
        // An EventSource sends the header by itself when it comes back; the parameter is for its first request.
        const lastId = req.get('Last-Event-ID') ?? query.lastEventId;
        const address = clientNetworkOf(clientAddressOf(req));
        const stream = await live.open(viewer, address, lastId, () =>
          friendsOf(viewer, caller, context),
        );
        return { ...EVENT_STREAM, stream };
      },
    }),
  ];
}

async function friendsOf(
  viewer: OnBehalfOf,
  caller: Caller,
  { friendPage }: Pick<RouteContext, 'friendPage'>,
): Promise<ReadonlySet<number>> {
  const ids = new Set<number>();
  let cursor: string | undefined;
  do {
    const { value } = await friendPage({ ...viewer, limit: PAGE, cursor }, caller);
    const { items, nextCursor } = unwrap(value);
    for (const { id } of items) ids.add(id);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined && ids.size < FRIENDS_MAX);
  return ids;
}
