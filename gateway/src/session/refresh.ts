// Renewing sessions, once for all requests that come with the same refresh token at the same time.
import type { Caller } from '../upstream/engine/call.ts';
import type { Renew } from './sessions.ts';

/** Wraps `renew` so that those who come while a token is being renewed share its successor. */
export function sharedRefresh(renew: Renew): Renew {
  const inFlight = new Map<string, ReturnType<Renew>>();
  return (refreshToken, caller: Caller) => {
    const known = inFlight.get(refreshToken);
    if (known !== undefined) return known;
    const refreshing = renew(refreshToken, caller).finally(() => inFlight.delete(refreshToken));
    inFlight.set(refreshToken, refreshing);
    return refreshing;
  };
}
