// GET, PATCH, DELETE /api/me: the viewer's own account. The viewer is authenticated before the body is checked.
import type { Authenticate } from 'chassis/auth/access-token';
import { written } from 'chassis/http/answer';
import { conditionOf, outdated } from 'chassis/http/validators';
import type { Route } from 'chassis/http/app';
import { requestContextOf } from 'chassis/http/request-context';
import { parseBody } from 'chassis/http/input';
import { Problem } from 'chassis/http/problem';
import type { Me } from 'contracts/types';
import type { Request } from 'express';
import type { Accounts } from '../accounts/accounts.ts';
import type { Logins } from '../accounts/logins.ts';
import { sessionEnded } from '../accounts/rejections.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { OwnAccount, ViewerSession, WriteContext } from '../accounts/own-account.ts';
import { confirmation, meChangeOf } from './body-checks.ts';
import { deviceHeader } from './device-header.ts';

export function meRoutes(
  account: OwnAccount,
  accounts: Accounts,
  logins: Logins,
  limits: RateLimits,
  authenticate: Authenticate,
): Route[] {
  /** @throws Problem 401, also for a valid token whose session has ended */
  const authenticateSession = async (req: Request) => {
    const viewer = await authenticate(req);
    return { viewer, me: requireSession(await account.find(viewer)) };
  };

  /** @throws Problem 429 after too many changes, or attempts to take the e-mail of another user */
  const changeNames = async (
    { userId }: ViewerSession,
    before: Me,
    change: () => ReturnType<OwnAccount['change']>,
  ) => {
    const attempt = await limits.changeNames(userId);
    const { value } = await attempt.run(
      () => change().catch(takenEmailOf),
      (me) => !(me instanceof Problem) && !isRenamed(before, me),
    );
    if (value instanceof Problem) throw value;
    return value;
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
        const { viewer, me: before } = await authenticateSession(req);
        const { currentPassword, ...changes } = parseBody(meChangeOf(before), req.body);
        const reauthentication =
          currentPassword === undefined
            ? undefined
            : await logins.reauthenticate(viewer, currentPassword);
        const change = () =>
          account.change(viewer, changes, reauthentication?.value, writeContextOf(req));
        const me = requireSession(
          changes.username === undefined && changes.email === undefined
            ? await change()
            : await changeNames(viewer, before, change),
        );
        if (me === 'outdated') throw outdated();
        // Device tokens end with the old password; this device gets a new one.
        const deviceToken =
          changes.password === undefined ? undefined : await accounts.deviceTokenFor(me.id);
        return written(me, { ...reauthentication?.headers, ...deviceHeader(deviceToken) });
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

const isRenamed = (before: Me, me: Me | 'outdated' | undefined): boolean =>
  typeof me === 'object' && (me.username !== before.username || me.email !== before.email);

/** Such an attempt counts: otherwise a user could find out which e-mails are known. */
function takenEmailOf(error: unknown): Problem {
  const isTaken = error instanceof Problem && error.slug === 'conflict';
  if (isTaken && error.errors?.[0]?.pointer === '/body/email') return error;
  throw error;
}
