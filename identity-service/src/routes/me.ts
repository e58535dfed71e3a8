// GET, PATCH, DELETE /api/me: one's own account. Who asks is known before the body is looked at.
import type { Authenticate } from 'chassis/auth/access-token';
import type { Route } from 'chassis/http/app';
import { requestContextOf } from 'chassis/http/request-context';
import { parseBody } from 'chassis/http/input';
import type { Request } from 'express';
import { type Logins, sessionOver } from '../accounts/logins.ts';
import type { OwnAccount } from '../accounts/own-account.ts';
import { confirmation, meChange } from './body-checks.ts';

export function meRoutes(own: OwnAccount, logins: Logins, authenticate: Authenticate): Route[] {
  /** @throws Problem 401, also for a good token of a session that is over */
  const askedBy = async (req: Request) => {
    const who = await authenticate(req);
    return { who, me: there(await own.find(who)) };
  };

  return [
    {
      method: 'get',
      path: '/api/me',
      async handle(req) {
        const { me } = await askedBy(req);
        return { body: me, cache: 'private' };
      },
    },
    {
      method: 'patch',
      path: '/api/me',
      body: true,
      async handle(req) {
        const { who } = await askedBy(req);
        const { currentPassword, ...changes } = parseBody(meChange, req.body);
        const proof =
          currentPassword === undefined
            ? undefined
            : await logins.reauthenticate(who, currentPassword);
        const { traceparent } = requestContextOf(req);
        const me = there(await own.change(who, changes, proof?.value, traceparent));
        return { body: me, cache: 'no-store', ...(proof && { headers: proof.headers }) };
      },
    },
    {
      method: 'delete',
      path: '/api/me',
      body: true,
      async handle(req) {
        const { who } = await askedBy(req);
        const { currentPassword } = parseBody(confirmation, req.body);
        const proof = await logins.reauthenticate(who, currentPassword);
        there(await own.remove(who, proof.value, requestContextOf(req).traceparent));
        return { status: 204, headers: proof.headers };
      },
    },
  ];
}

/** @throws Problem 401 for what is not there any more */
function there<T>(found: T | undefined): T {
  if (found === undefined) throw sessionOver();
  return found;
}
