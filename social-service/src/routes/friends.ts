// GET /api/friends, GET /api/friend-requests, GET, PUT and DELETE /api/friends/{id}.
import type { Request } from 'express';
import { defineRoute, type Route } from 'chassis/http/app';
import { parseId } from 'chassis/http/input';
import { invalid } from 'chassis/http/problem';
import type { FriendPage, Friendship, OwnFriendship, RequestPage } from 'contracts/types';
import type { Direction, Friends } from '../friends/friends.ts';
import { parsePage, toPage } from '../page.ts';
import type { Authenticate } from 'chassis/auth/access-token';
import { requestContextOf } from 'chassis/http/request-context';

const traceparentOf = (req: Request): string => requestContextOf(req).traceparent;

function parseDirection(text = 'incoming'): Direction {
  if (text !== 'incoming' && text !== 'outgoing')
    throw invalid('/query/direction', 'expected incoming or outgoing');
  return text;
}

export function friendRoutes(friends: Friends, authenticate: Authenticate): Route[] {
  /** Returns the ids of the viewer and of the user in the path. @throws Problem 401; 400 if they are the same */
  const parseUsers = async (req: Request) => {
    const { userId } = await authenticate(req);
    const otherId = parseId(req.params['id'], '/path/id');
    if (otherId === userId) throw invalid('/path/id', 'expected the id of another user');
    return [userId, otherId] as const;
  };
  return [
    defineRoute({
      method: 'get',
      path: '/api/friends',
      query: ['limit', 'cursor'],
      async handle(req, query) {
        const { userId } = await authenticate(req);
        const { items, nextCursor } = toPage(await friends.pageOf(userId, parsePage(query)));
        const body: FriendPage = {
          items: items.map(({ id, since }) => ({ id, since: since.toISOString() })),
          nextCursor,
        };
        return { body, cache: 'private' };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/friend-requests',
      query: ['direction', 'limit', 'cursor'],
      async handle(req, query) {
        const { userId } = await authenticate(req);
        const direction = parseDirection(query.direction);
        const slice = await friends.requestsOf(userId, direction, parsePage(query));
        const { items, nextCursor } = toPage(slice);
        const body: RequestPage = {
          items: items.map(({ id, since }) => ({ id, requestedAt: since.toISOString() })),
          nextCursor,
        };
        return { body, cache: 'private' };
      },
    }),
    {
      method: 'get',
      path: '/api/friends/:id',
      async handle(req) {
        const [userId, id] = await parseUsers(req);
        const body: OwnFriendship = { id, state: await friends.stateOf(userId, id) };
        return { body, cache: 'private' };
      },
    },
    {
      method: 'put',
      path: '/api/friends/:id',
      async handle(req) {
        const [userId, id] = await parseUsers(req);
        const body: Friendship = { id, state: await friends.put(userId, id, traceparentOf(req)) };
        return { body, cache: 'no-store' };
      },
    },
    {
      method: 'delete',
      path: '/api/friends/:id',
      async handle(req) {
        await friends.remove(...(await parseUsers(req)), traceparentOf(req));
        return { status: 204 };
      },
    },
  ];
}
