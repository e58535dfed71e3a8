// Writing posts, changing and deleting one's own.
import type { Route } from 'chassis/http/app';
import { parseBody, parseId, parseIdempotencyKey, parseQuery } from 'chassis/http/input';
import { requestGuard } from 'contracts/request';
import type { NewPost, Post, PostChange } from 'contracts/types';
import type { Caller } from '../upstream/engine/call.ts';
import { stitchPost } from '../views/post/stitch.ts';
import { statusHeaders } from '../views/status-headers.ts';
import type { Context } from './context.ts';
import { accepted } from './outcome.ts';
import { viewingWith } from './viewer.ts';

const checkNewPost = requestGuard('gateway', 'createPost');
const checkPostChange = requestGuard('gateway', 'updatePost');

export function postWritingRoutes(context: Context): Route[] {
  const { parts, commands } = context;
  const viewing = viewingWith(context);
  /** With its author, as it is read. What was done is told in any case: no author, no strict handling can undo it. */
  const written = async (post: Post, caller: Caller) => {
    parts.authorOf.set(post.id, post.authorId);
    const author = await parts.author(post.authorId, caller);
    return { body: stitchPost(post, author.value), headers: statusHeaders([author]) };
  };

  return [
    {
      method: 'post',
      path: '/api/posts',
      body: true,
      handle: async (req) => {
        parseQuery(req.url, []);
        const key = parseIdempotencyKey(req.headers['idempotency-key']);
        const { viewer, caller } = await viewing(req);
        const { content } = parseBody<NewPost>(checkNewPost, req.body);
        const question = { ...viewer, content, key };
        const post = accepted(await commands.createPost(question, caller));
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
        parseQuery(req.url, []);
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await viewing(req);
        const { content } = parseBody<PostChange>(checkPostChange, req.body);
        const question = { ...viewer, id, content };
        const post = accepted(await commands.changePost(question, caller));
        return { ...(await written(post, caller)), cache: 'no-store' };
      },
    },
    {
      method: 'delete',
      path: '/api/posts/:id',
      handle: async (req) => {
        parseQuery(req.url, []);
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await viewing(req);
        accepted(await commands.deletePost({ ...viewer, id }, caller));
        return { status: 204 };
      },
    },
  ];
}
