// Posts, with their authors stitched in.
import type { Route } from 'chassis/app';
import { parseId, parseIds, parseQuery } from 'chassis/input';
import { invalid } from 'chassis/problem';
import { loadPosts, type PostParts } from '../views/post/load.ts';
import { stitchPost, stitchPosts } from '../views/post/stitch.ts';
import type { Context } from './context.ts';
import { callerOf, notFound, reply } from './reply.ts';

const lookupsOf = ({ posts, authors }: PostParts) => [...posts, ...authors.values()];

export const postRoutes = ({ parts, requestDeadlineMs, onDegraded }: Context): Route[] => [
  {
    method: 'get',
    path: '/api/posts/:id',
    handle: async (req) => {
      parseQuery(req.url, []);
      const id = parseId(req.params['id'], '/path/id');
      const loaded = await loadPosts(parts, [id], callerOf(req, requestDeadlineMs));
      const lookups = lookupsOf(loaded);
      const post = loaded.posts[0]?.value;
      if (post === undefined) throw notFound('There is no such post', lookups);
      const author = loaded.authors.get(post.authorId)?.value;
      return reply(req, stitchPost(post, author), lookups, onDegraded);
    },
  },
  {
    method: 'get',
    path: '/api/posts',
    handle: async (req) => {
      const { ids } = parseQuery(req.url, ['ids']);
      if (ids === undefined) throw invalid('/query/ids', 'expected a list of ids, such as 5,3');
      const loaded = await loadPosts(
        parts,
        parseIds(ids, '/query/ids'),
        callerOf(req, requestDeadlineMs),
      );
      const items = stitchPosts(
        loaded.posts.map(({ value }) => value),
        (authorId) => loaded.authors.get(authorId)?.value,
      );
      return reply(req, { items }, lookupsOf(loaded), onDegraded);
    },
  },
];
