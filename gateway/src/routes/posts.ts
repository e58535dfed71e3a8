// Posts with their authors; creating, changing and deleting one's own posts.
import { written, type Answer } from 'chassis/http/answer';
import { defineRoute, type Route } from 'chassis/http/app';
import { parseBody, parseId, parseIdempotencyKey, parseIds } from 'chassis/http/input';
import { invalid, type HeaderFields } from 'chassis/http/problem';
import { requestGuard } from 'contracts/request';
import type { NewPost, Post, PostChange } from 'contracts/types';
import type { Request } from 'express';
import type { Caller } from '../upstream/engine/call.ts';
import { failureOf } from '../views/data-source.ts';
import { degradedMember } from '../views/degraded.ts';
import { loadPost, loadPosts } from '../views/post/load.ts';
import { renderPost } from '../views/post/rendering.ts';
import { stitchPost, stitchPosts } from '../views/post/stitch.ts';
import { statusHeaders } from '../views/status-headers.ts';
import { createIdentify, type RouteContext } from './context.ts';
import { ifMatchFor } from './if-match.ts';
import { callerOf, notFound, reply } from './reply.ts';
import { unwrap } from './unwrap.ts';

const checkNewPost = requestGuard('gateway', 'createPost');
const checkPostChange = requestGuard('gateway', 'updatePost');

export function postReadRoutes({ catalog, requestDeadlineMs, onDegraded }: RouteContext): Route[] {
  return [
    {
      method: 'get',
      path: '/api/posts/:id',
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { post, author } = await loadPost(catalog, id, callerOf(req, requestDeadlineMs));
        if (post.value === undefined || author === undefined)
          throw notFound('There is no such post', [post]);
        // A degraded body also says what is missing, so it cannot be the cached rendering.
        const render = failureOf(author) === undefined ? renderPost : stitchPost;
        const body = render(post.value, author.value);
        return reply(req, body, [post, author], onDegraded, { posts: [post.value] });
      },
    },
    defineRoute({
      method: 'get',
      path: '/api/posts',
      query: ['ids'],
      handle: async (req, query) => {
        if (query.ids === undefined)
          throw invalid('/query/ids', 'expected a list of ids, such as 5,3');
        const ids = parseIds(query.ids, '/query/ids');
        const caller = callerOf(req, requestDeadlineMs);
        const { posts, authors } = await loadPosts(catalog, ids, caller);
        const found = posts.map(({ value }) => value).filter((post) => post !== undefined);
        const items = stitchPosts(found, (authorId) => authors.get(authorId)?.value);
        const fetched = [...posts, ...authors.values()];
        return reply(req, { items }, fetched, onDegraded, { posts: found });
      },
    }),
  ];
}

export function postWriteRoutes(context: RouteContext): Route[] {
  const { catalog, commands } = context;
  const identify = createIdentify(context);
  /**
   * The answer to a write: the post with its author, as a read returns it. The write is done, so the answer is a success
   * also without the author, even if the request prefers strict handling.
   */
  const writtenPost = async (
    post: Post,
    caller: Caller,
    status: 200 | 201,
    headers: HeaderFields = {},
  ): Promise<Answer> => {
    catalog.authorOf.set(post.id, post.authorId);
    const author = await catalog.author(post.authorId, caller);
    const fields = { ...statusHeaders([author]), ...headers };
    const body = stitchPost(post, author.value);
    return failureOf(author) === undefined
      ? written(body, fields, status)
      : {
          status,
          body: { ...body, degraded: degradedMember([author], [post]) },
          headers: fields,
          cache: 'no-store',
        };
  };
  const ifMatchForPost = (req: Request, id: number, caller: Caller) =>
    ifMatchFor(req, async () => {
      const { value: post, etag } = await catalog.current.post(id, caller);
      if (post === undefined) return undefined;
      const author = await catalog.author(post.authorId, caller);
      return { body: stitchPost(post, author.value), etag, failure: failureOf(author) };
    });

  return [
    {
      method: 'post',
      path: '/api/posts',
      body: true,
      handle: async (req) => {
        const key = parseIdempotencyKey(req.headers['idempotency-key']);
        const { viewer, caller } = await identify(req);
        const { content } = parseBody<NewPost>(checkNewPost, req.body);
        const result = await commands.createPost({ ...viewer, content, key }, caller);
        const post = unwrap(result);
        const headers = { ...result.headers, Location: `/api/posts/${post.id}` };
        return writtenPost(post, caller, 201, headers);
      },
    },
    {
      method: 'patch',
      path: '/api/posts/:id',
      body: true,
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await identify(req);
        const { content } = parseBody<PostChange>(checkPostChange, req.body);
        const ifMatch = await ifMatchForPost(req, id, caller);
        const change = { ...viewer, id, content, ifMatch };
        const result = await commands.changePost(change, caller);
        return writtenPost(unwrap(result), caller, 200, result.headers);
      },
    },
    {
      method: 'delete',
      path: '/api/posts/:id',
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await identify(req);
        const ifMatch = await ifMatchForPost(req, id, caller);
        unwrap(await commands.deletePost({ ...viewer, id, ifMatch }, caller));
        return { status: 204 };
      },
    },
  ];
}
