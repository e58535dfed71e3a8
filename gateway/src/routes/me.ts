// The viewer's own account.
import { written } from 'chassis/http/answer';
import type { Route } from 'chassis/http/app';
import { parseBody, parseText } from 'chassis/http/input';
import { complete } from 'contracts/complete';
import { requestGuard } from 'contracts/request';
import { sessionId } from 'contracts/tokens';
import type { Confirmation, Me, MeChange } from 'contracts/types';
import type { Request } from 'express';
import type { Caller } from '../upstream/engine/call.ts';
import type { OnBehalfOf } from '../upstream/on-behalf-of.ts';
import { createIdentify, type RouteContext } from './context.ts';
import { ifMatchFor } from './if-match.ts';
import { unwrap } from './unwrap.ts';
import { reply } from './reply.ts';

const checkChange = requestGuard('gateway', 'updateMe');
const checkConfirmation = requestGuard('gateway', 'deleteMe');

/** Drops fields that the contract does not name. */
const pickMe = ({ id, username, email }: Me) => complete<Me>({ id, username, email });

export function meRoutes(context: RouteContext): Route[] {
  const { catalog, commands, sessions, onDegraded } = context;
  const identify = createIdentify(context);

  const ifMatchForMe = (req: Request, viewer: OnBehalfOf, caller: Caller) =>
    ifMatchFor(req, async () => {
      const { value: me, etag } = await catalog.current.me(viewer, caller);
      return { body: pickMe(unwrap(me)), etag };
    });

  return [
    {
      method: 'get',
      path: '/api/me',
      handle: async (req) => {
        const { viewer, caller } = await identify(req);
        const me = await catalog.me(viewer, caller);
        return reply(req, pickMe(unwrap(me.value!)), [me], onDegraded, { cache: 'private' });
      },
    },
    {
      method: 'get',
      path: '/api/me/sessions',
      handle: async (req) => {
        const { viewer, caller } = await identify(req);
        const list = await catalog.ownSessions(viewer, caller);
        return reply(req, unwrap(list.value!), [list], onDegraded, { cache: 'private' });
      },
    },
    {
      method: 'delete',
      path: '/api/me/sessions',
      handle: async (req) => {
        const { viewer, caller } = await identify(req);
        unwrap(await commands.endOtherSessions(viewer, caller));
        return { status: 204 };
      },
    },
    {
      method: 'delete',
      path: '/api/me/sessions/:id',
      handle: async (req) => {
        const id = parseText(req.params['id'], '/path/id', sessionId);
        const { viewer, caller } = await identify(req);
        unwrap(await commands.endSession({ ...viewer, id }, caller));
        if (id === viewer.sessionId) sessions.end(req);
        return { status: 204 };
      },
    },
    {
      method: 'patch',
      path: '/api/me',
      body: true,
      handle: async (req) => {
        const { viewer, caller } = await identify(req);
        const body = parseBody<MeChange>(checkChange, req.body);
        const ifMatch = await ifMatchForMe(req, viewer, caller);
        const result = await commands.changeMe({ ...viewer, body, ifMatch }, caller);
        sessions.setDevice(req, result.deviceToken);
        return written(pickMe(unwrap(result)));
      },
    },
    {
      method: 'delete',
      path: '/api/me',
      body: true,
      handle: async (req) => {
        const { viewer, caller } = await identify(req);
        const body = parseBody<Confirmation>(checkConfirmation, req.body);
        const ifMatch = await ifMatchForMe(req, viewer, caller);
        unwrap(await commands.deleteAccount({ ...viewer, body, ifMatch }, caller));
        sessions.end(req);
        sessions.setDevice(req, null);
        return { status: 204 };
      },
    },
  ];
}
