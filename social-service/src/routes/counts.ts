// GET /api/users/{id}/counts
import type { Route } from 'chassis/app';
import { parseId, parseQuery } from 'chassis/input';
import type { CountsOf } from '../counts.ts';

export const countRoutes = (countsOf: CountsOf): Route[] => [
  {
    method: 'get',
    path: '/api/users/:id/counts',
    async handle(req) {
      parseQuery(req.url, []);
      return { body: await countsOf(parseId(req.params['id'], '/path/id')), cache: 'public' };
    },
  },
];
