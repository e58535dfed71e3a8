// GET /api/authors?ids=
import type { Route } from 'chassis/app';
import { parseIds, parseQuery } from 'chassis/input';
import { invalid } from 'chassis/problem';
import type { AuthorBatch } from 'contracts/types';
import type { AuthorsOf } from '../authors.ts';

export const authorRoutes = (authorsOf: AuthorsOf): Route[] => [
  {
    method: 'get',
    path: '/api/authors',
    async handle(req) {
      const { ids } = parseQuery(req.url, ['ids']);
      if (ids === undefined) throw invalid('/query/ids', 'expected 1 to 100 ids');
      const body: AuthorBatch = { items: await authorsOf(parseIds(ids, '/query/ids')) };
      return { body, cache: 'public' };
    },
  },
];
