// Users, their posts and their profiles.
import { defineRoute, type Route } from 'chassis/http/app';
import { invalidCursor, parseCursor, parseId, parseLimit, parseText } from 'chassis/http/input';
import { username } from 'contracts/username';
import { loadFriendship, loadProfile, loadUserPosts } from '../views/profile/load.ts';
import { stitchProfile, stitchUserPosts } from '../views/profile/stitch.ts';
import type { Fetched } from '../views/data-source.ts';
import { hasCredentials, recognize, type RouteContext } from './context.ts';
import { callerOf, notFound, reply } from './reply.ts';

/** Whether the source says that there is no such user; an unavailable user may exist. */
const isAbsent = (user: Fetched<unknown>): boolean =>
  user.value === undefined && user.via.kind !== 'unavailable';

export function userRoutes(context: RouteContext): Route[] {
  const { catalog, requestDeadlineMs, onDegraded } = context;
  return [
    defineRoute({
      method: 'get',
      path: '/api/users',
      query: ['username', 'limit', 'cursor'],
      handle: async (req, query) => {
        const request = {
          prefix: parseText(query.username, '/query/username', username),
          limit: parseLimit(query.limit),
          cursor: parseCursor(query.cursor),
        };
        const people = await catalog.people(request, callerOf(req, requestDeadlineMs));
        if (people.value === undefined) throw invalidCursor();
        return reply(req, people.value, [people], onDegraded);
      },
    }),
    {
      method: 'get',
      path: '/api/users/by-name/:username',
      handle: async (req) => {
        const name = parseText(req.params['username'], '/path/username', username);
        const user = await catalog.userByName(name, callerOf(req, requestDeadlineMs));
        if (user.value === undefined) throw notFound('There is no user of this name', [user]);
        return reply(req, user.value, [user], onDegraded);
      },
    },
    {
      method: 'get',
      path: '/api/users/:id',
      handle: async (req) => {
        const user = await catalog.user(
          parseId(req.params['id'], '/path/id'),
          callerOf(req, requestDeadlineMs),
        );
        if (user.value === undefined) throw notFound('There is no such user', [user]);
        return reply(req, user.value, [user], onDegraded);
      },
    },
    defineRoute({
      method: 'get',
      path: '/api/users/:id/posts',
      query: ['limit', 'cursor'],
      handle: async (req, query) => {
        const request = {
          authorId: parseId(req.params['id'], '/path/id'),
          limit: parseLimit(query.limit),
          cursor: parseCursor(query.cursor),
        };
        const { user, page } = await loadUserPosts(
          catalog,
          request,
          callerOf(req, requestDeadlineMs),
        );
        if (page.value === undefined) throw invalidCursor();
        if (isAbsent(user)) throw notFound('There is no such user', [user, page]);
        const { items: posts } = page.value;
        const body = stitchUserPosts(user.value, page.value);
        return reply(req, body, [page, user], onDegraded, { posts });
      },
    }),
    {
      method: 'get',
      path: '/api/users/:id/profile',
      handle: async (req) => {
        const id = parseId(req.params['id'], '/path/id');
        const caller = callerOf(req, requestDeadlineMs);
        const [{ user, page, counts }, friendship] = await Promise.all([
          loadProfile(catalog, id, caller),
          recognize(req, context, caller).then((viewer) =>
            loadFriendship(catalog, viewer, id, caller),
          ),
        ]);
        const fetched = [page, counts, user, ...(friendship ? [friendship] : [])];
        if (isAbsent(user)) throw notFound('There is no such user', fetched);
        const { items: posts } = page.value!;
        const body = stitchProfile(user.value, page.value!, counts.value!, friendship);
        return reply(req, body, fetched, onDegraded, {
          posts,
          ...(hasCredentials(req) ? { cache: 'private' } : { mayBePrivate: true }),
        });
      },
    },
  ];
}
