// Writing posts, changing and deleting one's own.
import type { Route } from 'chassis/http/app';
import { parseBody, parseId, parseIdempotencyKey } from 'chassis/http/input';
import { requestGuard } from 'contracts/request';
import type { NewPost, Post, PostChange } from 'contracts/types';
import type { Caller } from '../upstream/engine/call.ts';
import { stitchPost } from '../views/post/stitch.ts';
import { statusHeaders } from '../views/status-headers.ts';
import type { RouteContext } from './context.ts';
import { unwrap } from './outcome.ts';
import { createViewerOf } from './viewer.ts';

const checkNewPost = requestGuard('gateway', 'createPost');
const checkPostChange = requestGuard('gateway', 'updatePost');

export function postWritingRoutes(context: RouteContext): Route[] {
  const { catalog, commands } = context;
  const viewing = createViewerOf(context);
  /** With its author, as it is read. What was done is told in any case: no author, no strict handling can undo it. */
  const written = async (post: Post, caller: Caller) => {
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
        const { viewer, caller } = await viewing(req);
        const { content } = parseBody<NewPost>(checkNewPost, req.body);
        const request = { ...viewer, content, key };
        const post = unwrap(await commands.createPost(request, caller));
        const { body, headers } = await written(post, caller);
        const place = { Location: `/api/posts/${post.id}` };
        return { status: 201, body, headers: { ...headers, ...place }, cache: 'no-store' };
      },
    },
    {
      method: 'patch',
      path: '/api/posts/:id',
      body: true,
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await viewing(req);
        const { content } = parseBody<PostChange>(checkPostChange, req.body);
        const request = { ...viewer, id, content };
        const post = unwrap(await commands.changePost(request, caller));
        return { ...(await written(post, caller)), cache: 'no-store' };
      },
    },
    {
      method: 'delete',
      path: '/api/posts/:id',
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await viewing(req);
        unwrap(await commands.deletePost({ ...viewer, id }, caller));
        return { status: 204 };
      },
    },
  ];
}
