// GET /api/feed?limit=&cursor=&include=author
import type { Route } from 'chassis/app';
import { parseQuery } from 'chassis/input';
import type { AuthorsOf } from '../authors.ts';
import type { FeedOf } from '../feed.ts';
import { parsePage, toPage } from '../page.ts';
import type { Authenticate } from '../viewer.ts';
import { parseInclude } from './include.ts';

export const feedRoutes = (
  feedOf: FeedOf,
  authorsOf: AuthorsOf,
  authenticate: Authenticate,
): Route[] => [
  {
    method: 'get',
    path: '/api/feed',
    async handle(req) {
      const { userId } = await authenticate(req);
      const query = parseQuery(req.url, ['limit', 'cursor', 'include']);
      const include = parseInclude(query.include, authorsOf);
      const { items, more } = await feedOf(userId, parsePage(query));
      return { body: toPage({ items: await include(items), more }), cache: 'private' };
    },
  },
];
