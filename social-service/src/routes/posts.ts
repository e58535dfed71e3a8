// GET /api/posts/{id}, GET /api/posts?ids= and GET /api/posts?authorId=&limit=&cursor=, all with &include=author;
// POST /api/posts, PATCH and DELETE /api/posts/{id}.
import type { IncomingMessage } from 'node:http';
import { defineRoute, type Route } from 'chassis/http/app';
import {
  type BodyCheck,
  parseBody,
  parseId,
  parseIdempotencyKey,
  parseIds,
} from 'chassis/http/input';
import { written } from 'chassis/http/answer';
import { conditionOf, outdated } from 'chassis/http/validators';
import { invalid, Problem } from 'chassis/http/problem';
import { requestContextOf } from 'chassis/http/request-context';
import { requestGuard } from 'contracts/request';
import type { NewPost, PostChange } from 'contracts/types';
import { parseInclude } from '../posts/include.ts';
import { parsePage, toPage } from '../page.ts';
import type { Posts } from '../posts/reading.ts';
import type { Authenticate } from 'chassis/auth/access-token';
import { rateLimitFields, type UseLimit } from 'chassis/auth/rate-limit';
import type { Refusal, Writing } from '../posts/writing.ts';

const traceparentOf = (req: IncomingMessage): string => requestContextOf(req).traceparent;

const LIST_QUERY = ['ids', 'authorId', 'limit', 'cursor', 'include'] as const;
type ListQuery = Partial<Record<(typeof LIST_QUERY)[number], string>>;

async function pageOf(posts: Posts, author: string, query: ListQuery) {
  const include = parseInclude(query.include);
  const authorId = parseId(author, '/query/authorId');
  return toPage(await posts.pageOf(authorId, parsePage(query), include));
}

async function batchOf(posts: Posts, ids: string, query: ListQuery) {
  for (const name of ['authorId', 'limit', 'cursor'] as const)
    if (query[name] !== undefined) throw invalid(`/query/${name}`, 'cannot be combined with ids');
  const include = parseInclude(query.include);
  return { items: await posts.findMany(parseIds(ids, '/query/ids'), include) };
}

const notFound = (id: number): Problem => new Problem('not-found', `There is no post ${id}`);
function problemOf(refusal: Refusal, id: number): Problem {
  if (refusal === 'outdated') return outdated();
  return refusal === 'not-found'
    ? notFound(id)
    : new Problem('forbidden', 'The post belongs to another user');
}

export const postRoutes = (posts: Posts): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/posts/:id',
    query: ['include'],
    async handle(req, query) {
      const include = parseInclude(query.include);
      const id = parseId(req.params['id'], '/path/id');
      const post = await posts.find(id, include);
      if (post === undefined) throw notFound(id);
      return { body: post, cache: 'public' };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/posts',
    query: LIST_QUERY,
    async handle(_req, query) {
      const { ids, authorId } = query;
      if (ids !== undefined) return { body: await batchOf(posts, ids, query), cache: 'public' };
      if (authorId === undefined) throw invalid('/query/ids', 'expected either ids or authorId');
      return { body: await pageOf(posts, authorId, query), cache: 'public' };
    },
  }),
];

/** @param usePost counts a post that a user writes or changes */
export function writingRoutes(
  writing: Writing,
  authenticate: Authenticate,
  usePost: UseLimit,
): Route[] {
  const newPost: BodyCheck<NewPost> = requestGuard('social', 'createPost');
  const change: BodyCheck<PostChange> = requestGuard('social', 'updatePost');
  return [
    {
      method: 'post',
      path: '/api/posts',
      body: true,
      async handle(req) {
        const { userId } = await authenticate(req);
        const key = parseIdempotencyKey(req.headers['idempotency-key']);
        const { content } = parseBody(newPost, req.body);
        const limits = rateLimitFields([await usePost(String(userId))]);
        const post = await writing.create(userId, content, key, traceparentOf(req));
        return written(post, { Location: `/api/posts/${post.id}`, ...limits }, 201);
      },
    },
    {
      method: 'patch',
      path: '/api/posts/:id',
      body: true,
      async handle(req) {
        const { userId } = await authenticate(req);
        const id = parseId(req.params['id'], '/path/id');
        const { content } = parseBody(change, req.body);
        const limits = rateLimitFields([await usePost(String(userId))]);
        const post = await writing.edit(userId, id, content, conditionOf(req), traceparentOf(req));
        if (typeof post === 'string') throw problemOf(post, id);
        return written(post, limits);
      },
    },
    {
      method: 'delete',
      path: '/api/posts/:id',
      async handle(req) {
        const { userId } = await authenticate(req);
        const id = parseId(req.params['id'], '/path/id');
        const result = await writing.remove(userId, id, conditionOf(req), traceparentOf(req));
        if (result !== 'removed') throw problemOf(result, id);
        return { status: 204 };
      },
    },
  ];
}
