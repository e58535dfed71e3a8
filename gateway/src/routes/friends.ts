// Friends, and requests to be one.
import type { Answer } from 'chassis/http/answer';
import type { Route } from 'chassis/http/app';
import { parseCursor, parseId, parseLimit, parseQuery } from 'chassis/http/input';
import { invalid } from 'chassis/http/problem';
import type { FriendPage, RequestPage } from 'contracts/types';
import type { Request } from 'express';
import { loadPeople, type PeopleParts } from '../views/friends/load.ts';
import { stitchPeople } from '../views/friends/stitch.ts';
import { statusHeaders } from '../views/status-headers.ts';
import type { Context } from './context.ts';
import { accepted } from './outcome.ts';
import { notFound, reply } from './reply.ts';
import { viewingWith } from './viewer.ts';

const DIRECTIONS = ['incoming', 'outgoing'] as const;

/** Requests to the viewer when left out. @throws Problem 400 */
function parseDirection(text: string = 'incoming'): (typeof DIRECTIONS)[number] {
  const direction = DIRECTIONS.find((word) => word === text);
  if (direction === undefined) throw invalid('/query/direction', 'expected incoming or outgoing');
  return direction;
}

const pageOf = (query: { limit?: string; cursor?: string }) => ({
  limit: parseLimit(query.limit),
  cursor: parseCursor(query.cursor),
});

export function friendRoutes(context: Context): Route[] {
  const { parts, commands, onDegraded } = context;
  const viewing = viewingWith(context);
  const told = <T extends FriendPage | RequestPage>(
    req: Request,
    { page, people }: PeopleParts<T>,
  ): Answer => {
    const body = stitchPeople<T['items'][number]>(accepted(page.value!), (id) => people.get(id));
    return reply(req, body, [page, ...people.values()], onDegraded, 'private');
  };
  return [
    {
      method: 'get',
      path: '/api/friends',
      handle: async (req) => {
        const wanted = pageOf(parseQuery(req.url, ['limit', 'cursor']));
        const { viewer, caller } = await viewing(req);
        const question = { ...viewer, ...wanted };
        return told(req, await loadPeople(parts.friends, parts, question, caller));
      },
    },
    {
      method: 'get',
      path: '/api/friends/requests',
      handle: async (req) => {
        const query = parseQuery(req.url, ['direction', 'limit', 'cursor']);
        const wanted = { ...pageOf(query), direction: parseDirection(query.direction) };
        const { viewer, caller } = await viewing(req);
        const question = { ...viewer, ...wanted };
        return told(req, await loadPeople(parts.friendRequests, parts, question, caller));
      },
    },
    {
      method: 'put',
      path: '/api/friends/:id',
      handle: async (req) => {
        parseQuery(req.url, []);
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await viewing(req);
        const friend = await parts.author(id, caller);
        // Only when Identity was heard: a request to somebody is not lost because it is away.
        if (friend.value === undefined && friend.via.kind !== 'gap')
          throw notFound('There is no such user', [friend]);
        const body = accepted(await commands.befriend({ ...viewer, id }, caller));
        return { body, headers: statusHeaders([friend]), cache: 'no-store' };
      },
    },
    {
      method: 'delete',
      path: '/api/friends/:id',
      handle: async (req) => {
        parseQuery(req.url, []);
        const id = parseId(req.params['id'], '/path/id');
        const { viewer, caller } = await viewing(req);
        accepted(await commands.unfriend({ ...viewer, id }, caller));
        return { status: 204 };
      },
    },
  ];
}
