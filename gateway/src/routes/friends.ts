// Friends and friend requests.
import type { Answer } from 'chassis/http/answer';
import { defineRoute, type Route } from 'chassis/http/app';
import { parseCursor, parseId, parseLimit } from 'chassis/http/input';
import { invalid, Problem } from 'chassis/http/problem';
import type { FriendPage, RequestPage } from 'contracts/types';
import type { Request } from 'express';
import { loadPeople, type PeopleParts } from '../views/friends/load.ts';
import { stitchPeople } from '../views/friends/stitch.ts';
import { statusHeaders } from '../views/status-headers.ts';
import { createIdentify, type RouteContext } from './context.ts';
import { unwrap } from './unwrap.ts';
import { notFound, reply } from './reply.ts';

const DIRECTIONS = ['incoming', 'outgoing'] as const;

/** `incoming`, requests to the viewer, when left out. @throws Problem 400 */
function parseDirection(text: string = 'incoming'): (typeof DIRECTIONS)[number] {
  const direction = DIRECTIONS.find((word) => word === text);
  if (direction === undefined) throw invalid('/query/direction', 'expected incoming or outgoing');
  return direction;
}

/** @throws Problem 400; 405 for `/api/friends/requests`, which is no friend and can only be read */
function parseFriendId({ method, params }: Request): number {
  if (params['id'] === 'requests')
    throw new Problem('method-not-allowed', `This path does not support ${method}`, {
      headers: { Allow: 'GET, HEAD, OPTIONS' },
    });
  return parseId(params['id'], '/path/id');
}

const pageOf = (query: { limit?: string; cursor?: string }) => ({
  limit: parseLimit(query.limit),
  cursor: parseCursor(query.cursor),
});

export function friendRoutes(context: RouteContext): Route[] {
  const { catalog, commands, onDegraded } = context;
  const identify = createIdentify(context);
  const answerOf = <T extends FriendPage | RequestPage>(
    req: Request,
    { page, people }: PeopleParts<T>,
  ): Answer => {
    const body = stitchPeople<T['items'][number]>(unwrap(page.value!), (id) => people.get(id));
    return reply(req, body, [page, ...people.values()], onDegraded, { cache: 'private' });
  };
  return [
    defineRoute({
      method: 'get',
      path: '/api/friends',
      query: ['limit', 'cursor'],
      handle: async (req, query) => {
        const selection = pageOf(query);
        const { viewer, caller } = await identify(req);
        const request = { ...viewer, ...selection };
        return answerOf(req, await loadPeople(catalog.friends, catalog, request, caller));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/friends/requests',
      query: ['direction', 'limit', 'cursor'],
      handle: async (req, query) => {
        const selection = { ...pageOf(query), direction: parseDirection(query.direction) };
        const { viewer, caller } = await identify(req);
        const request = { ...viewer, ...selection };
        return answerOf(req, await loadPeople(catalog.friendRequests, catalog, request, caller));
      },
    }),
    {
      method: 'put',
      path: '/api/friends/:id',
      handle: async (req) => {
        const id = parseFriendId(req);
        const { viewer, caller } = await identify(req);
        const friend = await catalog.author(id, caller);
        // While Identity is down the request is accepted: it must not be lost because the user cannot be checked.
        if (friend.value === undefined && friend.via.kind !== 'unavailable')
          throw notFound('There is no such user', [friend]);
        const body = unwrap(await commands.befriend({ ...viewer, id }, caller));
        return { body, headers: statusHeaders([friend]), cache: 'no-store' };
      },
    },
    {
      method: 'delete',
      path: '/api/friends/:id',
      handle: async (req) => {
        const id = parseFriendId(req);
        const { viewer, caller } = await identify(req);
        unwrap(await commands.unfriend({ ...viewer, id }, caller));
        return { status: 204 };
      },
    },
  ];
}
