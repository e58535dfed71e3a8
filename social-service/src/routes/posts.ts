// GET /api/posts/{id}, GET /api/posts?ids= and GET /api/posts?authorId=&limit=&cursor=
import type { Route } from 'chassis/app';
import { parseId, parseIds, parseQuery } from 'chassis/input';
import { invalid, Problem } from 'chassis/problem';
import { parsePage, toPage } from '../page.ts';
import type { Posts } from '../posts.ts';

type ListQuery = Partial<Record<'ids' | 'authorId' | 'limit' | 'cursor', string>>;

const pageOf = async (posts: Posts, authorId: string, query: ListQuery) =>
  toPage(await posts.pageOf(parseId(authorId, '/query/authorId'), parsePage(query)));

async function batchOf(posts: Posts, ids: string, query: ListQuery) {
  for (const name of ['authorId', 'limit', 'cursor'] as const)
    if (query[name] !== undefined) throw invalid(`/query/${name}`, 'does not go with ids');
  return { items: await posts.findMany(parseIds(ids, '/query/ids')) };
}

export const postRoutes = (posts: Posts): Route[] => [
  {
    method: 'get',
    path: '/api/posts/:id',
    async handle(req) {
      parseQuery(req.url, []);
      const id = parseId(req.params['id'], '/path/id');
      const post = await posts.find(id);
      if (post === undefined) throw new Problem('not-found', `There is no post ${id}`);
      return { body: post, cache: 'public' };
    },
  },
  {
    method: 'get',
    path: '/api/posts',
    async handle(req) {
      const query = parseQuery(req.url, ['ids', 'authorId', 'limit', 'cursor']);
      const { ids, authorId } = query;
      if (ids !== undefined) return { body: await batchOf(posts, ids, query), cache: 'public' };
      if (authorId === undefined) throw invalid('/query/ids', 'expected either ids or authorId');
      return { body: await pageOf(posts, authorId, query), cache: 'public' };
    },
  },
];
