// Posts with their authors; creating, changing and deleting one's own posts.
import { defineRoute, type Route } from 'chassis/http/app';
import { parseBody, parseId, parseIdempotencyKey, parseIds } from 'chassis/http/input';
import { invalid } from 'chassis/http/problem';
import { requestGuard } from 'contracts/request';
import type { NewPost, Post, PostChange } from 'contracts/types';
import type { Caller } from '../upstream/engine/call.ts';
import { loadPost, loadPosts } from '../views/post/load.ts';
import { createRenderer } from '../views/post/rendering.ts';
import { stitchPost, stitchPosts } from '../views/post/stitch.ts';
import { statusHeaders } from '../views/status-headers.ts';
import { createIdentify, type RouteContext } from './context.ts';
import { callerOf, notFound, reply } from './reply.ts';
import { unwrap } from './unwrap.ts';

const checkNewPost = requestGuard('gateway', 'createPost');
const checkPostChange = requestGuard('gateway', 'updatePost');

export function postReadRoutes({ catalog, requestDeadlineMs, onDegraded }: RouteContext): Route[] {
  const render = createRenderer();
  return [
    {
      method: 'get',
      path: '/api/posts/:id',
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { post, author } = await loadPost(catalog, id, callerOf(req, requestDeadlineMs));
        if (post.value === undefined || author === undefined)
          throw notFound('There is no such post', [post]);
        return reply(req, render(post.value, author.value), [post, author], onDegraded);
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
        const items = stitchPosts(
          posts.map(({ value }) => value),
          (authorId) => authors.get(authorId)?.value,
        );
        return reply(req, { items }, [...posts, ...authors.values()], onDegraded);
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
  const writtenPost = async (post: Post, caller: Caller) => {
    catalog.authorOf.set(post.id, post.authorId);
    const author = await catalog.author(post.authorId, caller);
    return { body: stitchPost(post, author.value), headers: statusHeaders([author]) };
  };

  return [
    {
      method: 'post',
      path: '/api/posts',
      body: true,
      handle: async (req) => {
        const key = parseIdempotencyKey(req.headers['idempotency-key']);
        const { viewer, caller } = await identify(req);
        const { content } = parseBody<NewPost>(checkNewPost, req.body);
        const post = unwrap(await commands.createPost({ ...viewer, content, key }, caller));
        const { body, headers } = await writtenPost(post, caller);
        const location = { Location: `/api/posts/${post.id}` };
        return { status: 201, body, headers: { ...headers, ...location }, cache: 'no-store' };
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
        const post = unwrap(await commands.changePost({ ...viewer, id, content }, caller));
        return { ...(await writtenPost(post, caller)), cache: 'no-store' };
      },
    },
    {
      method: 'delete',
      path: '/api/posts/:id',
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await identify(req);
        unwrap(await commands.deletePost({ ...viewer, id }, caller));
        return { status: 204 };
      },
    },
  ];
}
