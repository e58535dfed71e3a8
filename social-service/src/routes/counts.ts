// GET /api/users/{id}/counts: numbers of posts and friends. GET /api/counts: the viewer's own, with friend requests.
import type { Authenticate } from 'chassis/auth/access-token';
import type { Route } from 'chassis/http/app';
import { parseId } from 'chassis/http/input';
import type { CountsOf } from '../friends/counts.ts';

export const countRoutes = (countsOf: CountsOf, authenticate: Authenticate): Route[] => [
  {
    method: 'get',
    path: '/api/users/:id/counts',
    async handle(req) {
      const userId = parseId(req.params['id'], '/path/id');
      return { body: await countsOf.public(userId), cache: 'public' };
    },
  },
  {
    method: 'get',
    path: '/api/counts',
    async handle(req) {
      const { userId } = await authenticate(req);
      return { body: await countsOf.own(userId), cache: 'private' };
    },
  },
];
