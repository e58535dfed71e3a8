// GET /api/feed?limit=&cursor=
import type { Route } from 'chassis/app';
import { parseQuery } from 'chassis/input';
import type { FeedOf } from '../feed.ts';
import { parsePage, toPage } from '../page.ts';
import type { Authenticate } from '../viewer.ts';

export const feedRoutes = (feedOf: FeedOf, authenticate: Authenticate): Route[] => [
  {
    method: 'get',
    path: '/api/feed',
    async handle(req) {
      const { userId } = await authenticate(req);
      const question = parsePage(parseQuery(req.url, ['limit', 'cursor']));
      return { body: toPage(await feedOf(userId, question)), cache: 'private' };
    },
  },
];
