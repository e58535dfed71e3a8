// GET, PATCH, DELETE /api/me: the viewer's own account. The viewer is authenticated before the body is checked.
import type { Authenticate } from 'chassis/auth/access-token';
import { written } from 'chassis/http/answer';
import { conditionOf, outdated } from 'chassis/http/validators';
import type { Route } from 'chassis/http/app';
import { requestContextOf } from 'chassis/http/request-context';
import { parseBody } from 'chassis/http/input';
import type { Request } from 'express';
import { type Logins, sessionEnded } from '../accounts/logins.ts';
import type { OwnAccount, WriteContext } from '../accounts/own-account.ts';
import { confirmation, meChange } from './body-checks.ts';

export function meRoutes(account: OwnAccount, logins: Logins, authenticate: Authenticate): Route[] {
  /** @throws Problem 401, also for a valid token whose session has ended */
  const authenticateSession = async (req: Request) => {
    const viewer = await authenticate(req);
    return { viewer, me: requireSession(await account.find(viewer)) };
  };

  return [
    {
      method: 'get',
      path: '/api/me',
      async handle(req) {
        const { me } = await authenticateSession(req);
        return { body: me, cache: 'private' };
      },
    },
    {
      method: 'patch',
      path: '/api/me',
      body: true,
      async handle(req) {
        const { viewer } = await authenticateSession(req);
        const { currentPassword, ...changes } = parseBody(meChange, req.body);
        const reauthentication =
          currentPassword === undefined
            ? undefined
            : await logins.reauthenticate(viewer, currentPassword);
        const me = requireSession(
          await account.change(viewer, changes, reauthentication?.value, writeContextOf(req)),
        );
        if (me === 'outdated') throw outdated();
        return written(me, reauthentication?.headers);
      },
    },
    {
      method: 'delete',
      path: '/api/me',
      body: true,
      async handle(req) {
        const { viewer } = await authenticateSession(req);
        const { currentPassword } = parseBody(confirmation, req.body);
        const { value: reauthentication, headers } = await logins.reauthenticate(
          viewer,
          currentPassword,
        );
        const result = requireSession(
          await account.remove(viewer, reauthentication, writeContextOf(req)),
        );
        if (result === 'outdated') throw outdated();
        return { status: 204, headers };
      },
    },
  ];
}

const writeContextOf = (req: Request): WriteContext => ({
  traceparent: requestContextOf(req).traceparent,
  isCurrent: conditionOf(req),
});

/** @throws Problem 401 if the result is undefined, since the session has ended */
function requireSession<T>(result: T | undefined): T {
  if (result === undefined) throw sessionEnded();
  return result;
}
