// GET /api/authors?ids=: names of users from the replica.
import { defineRoute, type Route } from 'chassis/http/app';
import { parseIds } from 'chassis/http/input';
import { invalid } from 'chassis/http/problem';
import type { AuthorBatch } from 'contracts/types';
import type { AuthorsOf } from '../replica/authors.ts';

export const authorRoutes = (authorsOf: AuthorsOf): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/authors',
    query: ['ids'],
    async handle(_req, { ids }) {
      if (ids === undefined) throw invalid('/query/ids', 'expected 1 to 100 ids');
      const body: AuthorBatch = { items: await authorsOf(parseIds(ids, '/query/ids')) };
      return { body, cache: 'public' };
    },
  }),
];
