// Starts the consumers of the event logs that the settings ask for.
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import { getUserEvents } from '../upstream/identity/user-events.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import type { Loader } from '../upstream/loader.ts';
import { createLogSource } from '../upstream/log-source.ts';
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

export function startConsumers(options: ConsumersOptions): { stop(): Promise<void> } {
  const { settings, identity, social, limits, users, posts, log, metrics } = options;
  const { FOLLOW_LOG, REQUEST_DEADLINE_MS: limitMs } = settings;
  const userEvents = getUserEvents(limits, settings.IDENTITY_FEED_TOKEN);
  const socialEvents = getSocialEvents(limits, settings.SOCIAL_FEED_TOKEN);
  const consumers = [
    // With `replica`, no author comes from Identity, so there is nothing to invalidate.
    FOLLOW_LOG &&
      settings.AUTHOR_STRATEGY !== 'replica' &&
      consumeUserEvents(users, {
        source: createLogSource(identity.longPoll(userEvents), limitMs),
        log,
        metrics,
      }),
    FOLLOW_LOG &&
      consumeSocialEvents(posts, {
        source: createLogSource(social.longPoll(socialEvents), limitMs),
        log,
        metrics,
      }),
  ].filter((consumer) => consumer !== false);
  return { stop: async () => void (await Promise.all(consumers.map((each) => each.stop()))) };
}
