// Refreshes a session once for all requests that arrive at the same time with the same refresh token. sessions.ts decides
// when a session is refreshed.
import type { Caller } from '../upstream/engine/call.ts';
import type { RefreshSession } from './sessions.ts';

/** Wraps `refresh`: calls with a token whose refresh is in flight share its result. */
export function sharedRefresh(refresh: RefreshSession): RefreshSession {
  const inFlight = new Map<string, ReturnType<RefreshSession>>();
  return (refreshToken, caller: Caller) => {
    const known = inFlight.get(refreshToken);
    if (known !== undefined) return known;
    const refreshing = refresh(refreshToken, caller).finally(() => inFlight.delete(refreshToken));
    inFlight.set(refreshToken, refreshing);
    return refreshing;
  };
}
