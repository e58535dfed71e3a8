// GET /api/feed?limit=&cursor=&include=author
import type { Route } from 'chassis/app';
import { parseQuery } from 'chassis/input';
import type { FeedOf } from '../feed.ts';
import { parseInclude } from '../include.ts';
import { parsePage, toPage } from '../page.ts';
import type { Authenticate } from '../viewer.ts';

export const feedRoutes = (feedOf: FeedOf, authenticate: Authenticate): Route[] => [
  {
    method: 'get',
    path: '/api/feed',
    async handle(req) {
      const { userId } = await authenticate(req);
      const query = parseQuery(req.url, ['limit', 'cursor', 'include']);
      const include = parseInclude(query.include);
      return { body: toPage(await feedOf(userId, parsePage(query), include)), cache: 'private' };
    },
  },
];
