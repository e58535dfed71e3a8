// The viewer's feed, posts by the viewer and the viewer's friends; and the home screen, which begins with it.
import { defineRoute, type Route } from 'chassis/http/app';
import { parseCursor, parseLimit } from 'chassis/http/input';
import { loadFeed } from '../views/feed/load.ts';
import { stitchFeed } from '../views/feed/stitch.ts';
import { loadHome } from '../views/home/load.ts';
import { stitchHome } from '../views/home/stitch.ts';
import { createIdentify, type RouteContext } from './context.ts';
import { unwrap } from './unwrap.ts';
import { reply } from './reply.ts';

export function feedRoutes(context: RouteContext): Route[] {
  const { catalog, onDegraded } = context;
  const identify = createIdentify(context);
  return [
    defineRoute({
      method: 'get',
      path: '/api/feed',
      query: ['limit', 'cursor'],
      handle: async (req, query) => {
        const selection = { limit: parseLimit(query.limit), cursor: parseCursor(query.cursor) };
        const { viewer, caller } = await identify(req);
        const { page, authors } = await loadFeed(catalog, { ...viewer, ...selection }, caller);
        const posts = unwrap(page.value!);
        const body = stitchFeed(posts, (id) => authors.get(id)?.value);
        return reply(req, body, [page, ...authors.values()], onDegraded, {
          cache: 'private',
          posts: posts.items,
        });
      },
    }),
    {
      method: 'get',
      path: '/api/home',
      handle: async (req) => {
        const { viewer, caller } = await identify(req);
        const { feed, ...parts } = await loadHome(catalog, viewer, caller);
        const page = unwrap(feed.value!);
        const fetched = [feed, parts.requests, parts.counts, ...parts.people.values()];
        return reply(req, stitchHome(viewer.userId, page, parts), fetched, onDegraded, {
          cache: 'private',
          posts: page.items,
        });
      },
    },
  ];
}
