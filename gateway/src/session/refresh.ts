// Renewing sessions, once for all requests that come with the same refresh token at the same time.
import type { Caller } from '../upstream/engine/call.ts';
import type { Renew } from './sessions.ts';

/** Wraps `renew` so that those who come while a token is being renewed share its successor. */
export function sharedRenewal(renew: Renew): Renew {
  const flights = new Map<string, ReturnType<Renew>>();
  return (refreshToken, caller: Caller) => {
    const known = flights.get(refreshToken);
    if (known !== undefined) return known;
    const flight = renew(refreshToken, caller).finally(() => flights.delete(refreshToken));
    flights.set(refreshToken, flight);
    return flight;
  };
}
