// GET /api/users/{id}/counts: numbers of posts and friends.
import type { Route } from 'chassis/http/app';
import { parseId } from 'chassis/http/input';
import type { CountsOf } from '../friends/counts.ts';

export const countRoutes = (countsOf: CountsOf): Route[] => [
  {
    method: 'get',
    path: '/api/users/:id/counts',
    async handle(req) {
      return { body: await countsOf(parseId(req.params['id'], '/path/id')), cache: 'public' };
    },
  },
];
