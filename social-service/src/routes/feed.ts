// GET /api/feed?limit=&cursor=&include=author
import type { Route } from 'chassis/http/app';
import { parseQuery } from 'chassis/http/input';
import type { FeedOf } from '../posts/feed.ts';
import { parseInclude } from '../posts/include.ts';
import { parsePage, toPage } from '../page.ts';
import type { Authenticate } from 'chassis/auth/access-token';

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
