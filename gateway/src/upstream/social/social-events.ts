// Social's event log.
import type { SizeLimits } from '../engine/endpoint.ts';
import { getEvents, type FeedEndpoint } from '../log-feed.ts';

/** A page of the social event log. @param token shown to Social */
export const getSocialEvents = (limits: SizeLimits, token?: string): FeedEndpoint =>
  getEvents('/api/social-events', limits, token);
