// The viewer's feed: own and friends' posts.
import { defineRoute, type Route } from 'chassis/http/app';
import { parseCursor, parseLimit } from 'chassis/http/input';
import { loadFeed } from '../views/feed/load.ts';
import { stitchFeed } from '../views/feed/stitch.ts';
import type { RouteContext } from './context.ts';
import { unwrap } from './outcome.ts';
import { reply } from './reply.ts';
import { createViewerOf } from './viewer.ts';

export function feedRoutes(context: RouteContext): Route[] {
  const { catalog, onDegraded } = context;
  const viewing = createViewerOf(context);
  return [
    defineRoute({
      method: 'get',
      path: '/api/feed',
      query: ['limit', 'cursor'],
      handle: async (req, query) => {
        const wanted = { limit: parseLimit(query.limit), cursor: parseCursor(query.cursor) };
        const { viewer, caller } = await viewing(req);
        const { page, authors } = await loadFeed(catalog, { ...viewer, ...wanted }, caller);
        const body = stitchFeed(unwrap(page.value!), (id) => authors.get(id)?.value);
        return reply(req, body, [page, ...authors.values()], onDegraded, 'private');
      },
    }),
  ];
}
