// The feeds of Identity: the user event log, and the sessions that ended lately.
import type { SizeLimits } from '../engine/endpoint.ts';
import { getEvents, type FeedEndpoint } from '../log-feed.ts';

/** A page of the user event log. @param token shown to Identity */
export const getUserEvents = (limits: SizeLimits, token?: string): FeedEndpoint =>
  getEvents('/api/user-events', limits, token);

/** A page of the sessions that ended lately. @param token shown to Identity */
export const getEndedSessions = (limits: SizeLimits, token?: string): FeedEndpoint =>
  getEvents('/api/ended-sessions', limits, token);
