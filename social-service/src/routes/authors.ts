// GET /api/authors?ids=: names of users from the replica.
import { defineRoute, type Route } from 'chassis/http/app';
import { parseIds } from 'chassis/http/input';
import { invalid } from 'chassis/http/problem';
import type { AuthorBatch } from 'contracts/types';
import type { AuthorsOf } from '../replica/authors.ts';

/** @param lagMs returns how long ago changes may have been made that the replica lacks; undefined while that is not known */
export const authorRoutes = (
  authorsOf: AuthorsOf,
  lagMs: () => Promise<number | undefined>,
): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/authors',
    query: ['ids'],
    async handle(_req, { ids }) {
      if (ids === undefined) throw invalid('/query/ids', 'expected 1 to 100 ids');
      // The lag is read first: what is applied later makes the names newer.
      const lag = await lagMs();
      const items = await authorsOf(parseIds(ids, '/query/ids'));
      const body: AuthorBatch = { items, ...(lag !== undefined && { lagMs: Math.ceil(lag) }) };
      return { body, cache: 'public' };
    },
  }),
];
