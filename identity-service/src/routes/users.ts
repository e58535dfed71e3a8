// GET /api/users/{id} and GET /api/users?ids=
import type { Route } from 'chassis/app';
import { parseId, parseIds, parseQuery } from 'chassis/input';
import { invalid, Problem } from 'chassis/problem';
import type { Users } from '../users.ts';

export const userRoutes = (users: Users): Route[] => [
  {
    method: 'get',
    path: '/api/users',
    async handle(req) {
      const { ids } = parseQuery(req.url, ['ids']);
      if (ids === undefined) throw invalid('/query/ids', 'expected 1 to 100 ids');
      return {
        body: { items: await users.findMany(parseIds(ids, '/query/ids')) },
        cache: 'public',
      };
    },
  },
  {
    method: 'get',
    path: '/api/users/:id',
    async handle(req) {
      parseQuery(req.url, []);
      const id = parseId(req.params['id'], '/path/id');
      const user = await users.find(id);
      if (user === undefined) throw new Problem('not-found', `There is no user ${id}`);
      return { body: user, cache: 'public' };
    },
  },
];
