// GET /api/users/{id}, ?ids=, ?username= and by-name, and POST /api/users (registration).
import { clientAddressOf } from 'chassis/http/client-address';
import { defineRoute, type Route } from 'chassis/http/app';
import { onDisconnectOf, requestContextOf } from 'chassis/http/request-context';
import { parseBody, parseId, parseIds, parseText } from 'chassis/http/input';
import { invalid, Problem } from 'chassis/http/problem';
import { username } from 'contracts/username';
import type { Accounts } from '../accounts/accounts.ts';
import type { AccessTokens } from '../sessions/access-tokens.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { Profiles } from '../accounts/profiles.ts';
import { newUser } from './body-checks.ts';
import { deviceHeader } from './device-header.ts';
import { parseNameSearch, toUserPage } from './name-search.ts';

export const userRoutes = (
  profiles: Profiles,
  accounts: Accounts,
  limits: RateLimits,
  tokens: AccessTokens,
): Route[] => [
  defineRoute({
    method: 'get',
    path: '/api/users',
    query: ['ids', 'username', 'limit', 'cursor'],
    async handle(_req, { ids, username: prefix, ...page }) {
      if (prefix !== undefined) {
        if (ids !== undefined) throw invalid('/query/ids', 'expected either ids or username');
        const search = parseNameSearch(prefix, page);
        return { body: toUserPage(search, await profiles.search(search)), cache: 'public' };
      }
      if (ids === undefined) throw invalid('/query/ids', 'expected 1 to 100 ids, or username');
      for (const [name, value] of Object.entries(page))
        if (value !== undefined) throw invalid(`/query/${name}`, 'only with username');
      return {
        body: { items: await profiles.findMany(parseIds(ids, '/query/ids')) },
        cache: 'public',
      };
    },
  }),
  {
    method: 'get',
    path: '/api/users/by-name/:username',
    async handle(req) {
      const name = parseText(req.params['username'], '/path/username', username);
      const user = await profiles.findByName(name);
      if (user === undefined) throw new Problem('not-found', 'There is no user of this name');
      return { body: user, cache: 'public' };
    },
  },
  {
    method: 'get',
    path: '/api/users/:id',
    async handle(req) {
      const id = parseId(req.params['id'], '/path/id');
      const user = await profiles.find(id);
      if (user === undefined) throw new Problem('not-found', `There is no user ${id}`);
      return { body: user, cache: 'public' };
    },
  },
  {
    method: 'post',
    path: '/api/users',
    body: true,
    async handle(req) {
      const user = parseBody(newUser, req.body);
      const attempt = await limits.register(clientAddressOf(req));
      const { value: session } = await attempt.run(
        () =>
          accounts
            .register(user, {
              traceparent: requestContextOf(req).traceparent,
              userAgent: req.headers['user-agent'],
              onCancel: onDisconnectOf(req),
            })
            .catch(conflictOf),
        () => false,
      );
      if (session instanceof Problem) throw session;
      return {
        status: 201,
        body: await tokens.issue(session),
        cache: 'no-store',
        headers: {
          Location: `/api/users/${session.user.id}`,
          ...deviceHeader(session.deviceToken),
        },
      };
    },
  },
];

/** A conflict counts as a registration: otherwise it could be used to find out which e-mails are known. */
function conflictOf(error: unknown): Problem {
  if (error instanceof Problem && error.slug === 'conflict') return error;
  throw error;
}
