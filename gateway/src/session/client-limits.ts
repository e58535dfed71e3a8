// Fair shares: how many requests a client may send in a minute, by its address and by the user who is logged in.
import {
  createLimit,
  type LimitState,
  rateLimitFields,
  type UseLimit,
} from 'chassis/auth/rate-limit';
import type { Route } from 'chassis/http/app';
import { clientAddressOf, clientNetworkOf } from 'chassis/http/client-address';
import type { HeaderFields } from 'chassis/http/problem';
import { requestContextOf } from 'chassis/http/request-context';
import type { Request } from 'express';
import { isSafe } from './origin.ts';

/** Requests in a minute, at this gateway; 0 for no limit. */
export interface ClientLimitSettings {
  readonly requestsPerAddress: number;
  readonly requestsPerUser: number;
  readonly writesPerUser: number;
}

export interface ClientLimits {
  /** Makes a route count its requests by the client's address. @returns a route that throws a Problem 429 above the limit */
  byAddress(route: Route): Route;
  /** Counts a request of a user. @throws Problem 429 */
  useAs(userId: number, req: Request): Promise<void>;
}

const WINDOW_S = 60;

export function createClientLimits(settings: ClientLimitSettings): ClientLimits {
  const addressRequests = limitOf('address', settings.requestsPerAddress, 'this address');
  const userRequests = limitOf('user', settings.requestsPerUser, 'this user');
  const userWrites = limitOf('writes', settings.writesPerUser, 'this user');
  return {
    byAddress: (route) =>
      addressRequests === undefined
        ? route
        : {
            ...route,
            async handle(req, query) {
              report(req, await addressRequests(clientNetworkOf(clientAddressOf(req))));
              return route.handle(req, query);
            },
          },
    async useAs(userId, req) {
      const key = String(userId);
      if (userRequests !== undefined) report(req, await userRequests(key));
      if (userWrites !== undefined && !isSafe(req.method)) report(req, await userWrites(key));
    },
  };
}

function limitOf(policy: string, points: number, whose: string): UseLimit | undefined {
  if (points === 0) return undefined;
  return createLimit(
    { policy, points, windowS: WINDOW_S },
    `Too many requests of ${whose} in a minute; try again later`,
  );
}

/**
 * Adds the RateLimit fields of a limit to the answer; to that of a read only when half of the limit is used up, since it may
 * be cached, and is made often. The fields of a limit of a service replace them.
 */
function report(req: Request, state: LimitState): void {
  if (isSafe(req.method) && state.remaining > state.limit.points / 2) return;
  const fields = rateLimitFields([state]);
  const context = requestContextOf(req);
  const before = context.headers ?? {};
  const joined = Object.entries(fields).map(([name, value]) => {
    const known = before[name];
    return [name, known === undefined ? value : `${String(known)}, ${String(value)}`];
  });
  context.headers = { ...before, ...(Object.fromEntries(joined) as HeaderFields) };
}
