// The viewer's own account.
import type { Route } from 'chassis/http/app';
import { parseBody, parseQuery } from 'chassis/http/input';
import { requestGuard } from 'contracts/request';
import type { Confirmation, Me, MeChange } from 'contracts/types';
import type { Request } from 'express';
import type { Caller } from '../upstream/engine/call.ts';
import { UpstreamFailure } from '../upstream/engine/failure.ts';
import type { Context } from './context.ts';
import { accepted } from './outcome.ts';
import { reply } from './reply.ts';
import { viewingWith } from './viewer.ts';

const checkChange = requestGuard('gateway', 'updateMe');
const checkConfirmation = requestGuard('gateway', 'deleteMe');

const meOf = ({ id, username, email }: Me): Me => ({ id, username, email });

export function meRoutes(context: Context): Route[] {
  const { parts, commands, sessions, onDegraded } = context;
  const viewing = viewingWith(context);

  /** A new password ends every session of its user; a browser gets a new one at once. */
  const beginAgain = async (
    req: Request,
    { username }: Me,
    password: string,
    caller: Caller,
  ): Promise<void> => {
    if (req.headers.authorization !== undefined) return;
    sessions.end(req);
    const question = { body: { username, password }, address: req.ip };
    try {
      const outcome = await commands.logIn(question, caller);
      if ('done' in outcome) sessions.begin(req, outcome.done);
    } catch (error) {
      // The change was made; when this fails, the user has to log in.
      if (!(error instanceof UpstreamFailure)) throw error;
    }
  };

  return [
    {
      method: 'get',
      path: '/api/me',
      handle: async (req) => {
        parseQuery(req.url, []);
        const { viewer, caller } = await viewing(req);
        const me = await parts.me(viewer, caller);
        return reply(req, meOf(accepted(me.value!)), [me], onDegraded, 'private');
      },
    },
    {
      method: 'patch',
      path: '/api/me',
      body: true,
      handle: async (req) => {
        parseQuery(req.url, []);
        const { viewer, caller } = await viewing(req);
        const body = parseBody<MeChange>(checkChange, req.body);
        const me = accepted(await commands.changeMe({ ...viewer, body }, caller));
        if (body.password !== undefined) await beginAgain(req, me, body.password, caller);
        return { body: meOf(me), cache: 'no-store' };
      },
    },
    {
      method: 'delete',
      path: '/api/me',
      body: true,
      handle: async (req) => {
        parseQuery(req.url, []);
        const { viewer, caller } = await viewing(req);
        const body = parseBody<Confirmation>(checkConfirmation, req.body);
        accepted(await commands.leave({ ...viewer, body }, caller));
        sessions.end(req);
        return { status: 204 };
      },
    },
  ];
}
