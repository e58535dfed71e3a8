// GET, DELETE /api/me/sessions and DELETE /api/me/sessions/{id}: where the viewer is logged in.
import type { Authenticate } from 'chassis/auth/access-token';
import type { Route } from 'chassis/http/app';
import { parseText } from 'chassis/http/input';
import { Problem } from 'chassis/http/problem';
import { sessionId } from 'contracts/tokens';
import { sessionEnded } from '../accounts/rejections.ts';
import type { OwnSessions } from '../sessions/own-sessions.ts';

export const ownSessionRoutes = (sessions: OwnSessions, authenticate: Authenticate): Route[] => [
  {
    method: 'get',
    path: '/api/me/sessions',
    async handle(req) {
      const body = await sessions.list(await authenticate(req));
      if (body === undefined) throw sessionEnded();
      return { body, cache: 'private' };
    },
  },
  {
    method: 'delete',
    path: '/api/me/sessions',
    async handle(req) {
      const done = await sessions.endOthers(await authenticate(req));
      if (done === undefined) throw sessionEnded();
      return { status: 204 };
    },
  },
  {
    method: 'delete',
    path: '/api/me/sessions/:id',
    async handle(req) {
      const viewer = await authenticate(req);
      const id = parseText(req.params['id'], '/path/id', sessionId);
      const hasEnded = await sessions.end(viewer, id);
      if (hasEnded === undefined) throw sessionEnded();
      if (!hasEnded) throw new Problem('not-found', 'You have no such session');
      return { status: 204 };
    },
  },
];
