// Social's event log.
import type { Events } from 'chassis/events/source';
import type { Endpoint, SizeLimits } from '../engine/endpoint.ts';
import { getEvents, type LogRequest } from '../log-feed.ts';

/** A page of the social event log. @param token shown to Social */
export const getSocialEvents = (
  limits: SizeLimits,
  token?: string,
): Endpoint<LogRequest, Events | undefined> => getEvents('/api/social-events', limits, token);
