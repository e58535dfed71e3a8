// Posts, with their authors stitched in.
import { defineRoute, type Route } from 'chassis/http/app';
import { parseId, parseIds } from 'chassis/http/input';
import { invalid } from 'chassis/http/problem';
import { loadPost, loadPosts } from '../views/post/load.ts';
import { createRenderer } from '../views/post/rendering.ts';
import { stitchPosts } from '../views/post/stitch.ts';
import type { RouteContext } from './context.ts';
import { callerOf, notFound, reply } from './reply.ts';

export function postRoutes({ catalog, requestDeadlineMs, onDegraded }: RouteContext): Route[] {
  const rendered = createRenderer();
  return [
    {
      method: 'get',
      path: '/api/posts/:id',
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const { post, author } = await loadPost(catalog, id, callerOf(req, requestDeadlineMs));
        if (post.value === undefined || author === undefined)
          throw notFound('There is no such post', [post]);
        return reply(req, rendered(post.value, author.value), [post, author], onDegraded);
      },
    },
    defineRoute({
      method: 'get',
      path: '/api/posts',
      query: ['ids'],
      handle: async (req, { ids }) => {
        if (ids === undefined) throw invalid('/query/ids', 'expected a list of ids, such as 5,3');
        const loaded = await loadPosts(
          catalog,
          parseIds(ids, '/query/ids'),
          callerOf(req, requestDeadlineMs),
        );
        const items = stitchPosts(
          loaded.posts.map(({ value }) => value),
          (authorId) => loaded.authors.get(authorId)?.value,
        );
        return reply(req, { items }, [...loaded.posts, ...loaded.authors.values()], onDegraded);
      },
    }),
  ];
}
