// Identity's user event log.
import type { Events } from 'chassis/events/source';
import type { Endpoint, SizeLimits } from '../engine/endpoint.ts';
import { getEvents, type LogRequest } from '../log-feed.ts';

/** A page of the user event log. @param token shown to Identity */
export const getUserEvents = (
  limits: SizeLimits,
  token?: string,
): Endpoint<LogRequest, Events | undefined> => getEvents('/api/user-events', limits, token);
