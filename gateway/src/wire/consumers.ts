// Starts the consumers of the event feeds that the settings ask for.
import { consumeEndedSessions } from 'chassis/events/ended-sessions';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import { getEndedSessions, getUserEvents } from '../upstream/identity/user-events.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import type { Loader } from '../upstream/loader.ts';
import { createFeedSource, createLogSource } from '../upstream/log-source.ts';
import { getSocialEvents } from '../upstream/social/social-events.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { consumeSocialEvents, consumeUserEvents } from './invalidation.ts';

export interface ConsumersOptions {
  readonly settings: Settings;
  readonly identity: Upstream;
  readonly social: Upstream;
  readonly limits: SizeLimits;
  readonly users: Loader<User>;
  readonly posts: Loader<Post>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface Consumers {
  /** Whether a session is known to have ended. */
  readonly hasEnded: (sessionId: string) => boolean;
  stop(): Promise<void>;
}

/** Without FOLLOW_LOG there are no consumers, and no session is known to have ended. */
export function startConsumers(options: ConsumersOptions): Consumers {
  const { settings, identity, social, limits, users, posts, log, metrics } = options;
  if (!settings.FOLLOW_LOG) return { hasEnded: () => false, stop: async () => undefined };
  const { REQUEST_DEADLINE_MS: limitMs } = settings;
  const ended = getEndedSessions(limits, settings.IDENTITY_FEED_TOKEN);
  const userEvents = getUserEvents(limits, settings.IDENTITY_FEED_TOKEN);
  const socialEvents = getSocialEvents(limits, settings.SOCIAL_FEED_TOKEN);
  const endedSessions = consumeEndedSessions({
    name: 'gateway_ended_sessions',
    source: createFeedSource(identity.longPoll(ended), limitMs),
    log,
    metrics,
  });
  const consumers = [
    endedSessions,
    // With `replica`, no author comes from Identity, so there is nothing to invalidate.
    settings.AUTHOR_STRATEGY !== 'replica' &&
      consumeUserEvents(users, {
        source: createLogSource(identity.longPoll(userEvents), limitMs),
        log,
        metrics,
      }),
    consumeSocialEvents(posts, {
      source: createLogSource(social.longPoll(socialEvents), limitMs),
      log,
      metrics,
    }),
  ].filter((consumer) => consumer !== false);
  return {
    hasEnded: (sessionId) => endedSessions.has(sessionId),
    stop: async () => void (await Promise.all(consumers.map((each) => each.stop()))),
  };
}
