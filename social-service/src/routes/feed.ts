// GET /api/feed?limit=&cursor=&include=author: the viewer's feed.
import { defineRoute, type Route } from 'chassis/http/app';
import type { FeedOf } from '../posts/feed.ts';
import { parseInclude } from '../posts/include.ts';
import { parsePage, toPage } from '../page.ts';
import type { Authenticate } from 'chassis/auth/access-token';

export const feedRoutes = (feedOf: FeedOf, authenticate: Authenticate): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/feed',
    query: ['limit', 'cursor', 'include'],
    async handle(req, query) {
      const { userId } = await authenticate(req);
      const include = parseInclude(query.include);
      return { body: toPage(await feedOf(userId, parsePage(query), include)), cache: 'private' };
    },
  }),
];
