// GET /api/authors?ids=
import type { Route } from 'chassis/http/app';
import { parseIds, parseQuery } from 'chassis/http/input';
import { invalid } from 'chassis/http/problem';
import type { AuthorBatch } from 'contracts/types';
import type { AuthorsOf } from '../replica/authors.ts';

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
