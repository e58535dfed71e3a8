// Starts the consumers of the event feeds that the settings ask for.
import { consumeEndedSessions } from 'chassis/events/ended-sessions';
import type { Consumer } from 'chassis/events/consumer';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import { getEndedSessions, getUserEvents } from '../upstream/identity/user-events.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import type { FeedEndpoint } from '../upstream/log-feed.ts';
import type { Loader } from '../upstream/loader.ts';
import { createFeedSource, createLogSource, type LogSource } from '../upstream/log-source.ts';
import type { LogListener } from '../live/hub.ts';
import type { Live } from '../live/live.ts';
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
  readonly live: Pick<Live, 'hub' | 'endSessions'>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface Consumers {
  /** Whether a session is known to have ended. */
  readonly hasEnded: (sessionId: string) => boolean;
  stop(): Promise<void>;
}

/** With `replica`, no author comes from Identity, so there is nothing to invalidate. */
export const consumesUsers = ({ FOLLOW_LOG, AUTHOR_STRATEGY }: Settings): boolean =>
  FOLLOW_LOG && AUTHOR_STRATEGY !== 'replica';

/** Without FOLLOW_LOG there are no consumers, and no session is known to have ended. */
export function startConsumers(options: ConsumersOptions): Consumers {
  const { settings, identity, social, limits, users, posts, live, log, metrics } = options;
  if (!settings.FOLLOW_LOG) return { hasEnded: () => false, stop: async () => undefined };
  const { REQUEST_DEADLINE_MS: limitMs, LIVE_HISTORY_EVENTS: backlog } = settings;
  const sourceOf = <Event>(
    upstream: Upstream,
    endpoint: FeedEndpoint,
    listener: LogListener<Event>,
  ): LogSource => {
    const source: LogSource = createLogSource(upstream.longPoll(endpoint), limitMs, {
      backlog,
      onEmpty: ({ epochs, nextOffset, endOffset }) =>
        listener.advanced(source.offset(), epochs, nextOffset >= endOffset),
      onRestart: () => listener.restarted(),
    });
    return source;
  };
  const socialEvents = getSocialEvents(limits, settings.SOCIAL_FEED_TOKEN);
  const posted = sourceOf(social, socialEvents, live.hub.social);
  const ended = getEndedSessions(limits, settings.IDENTITY_FEED_TOKEN);
  const endedSessions = consumeEndedSessions({
    name: 'gateway_ended_sessions',
    source: createFeedSource(identity.longPoll(ended), limitMs),
    onEnded: (sessionId) => live.endSessions(undefined, (id) => id === sessionId),
    log,
    metrics,
  });
  const consumers: Pick<Consumer, 'stop'>[] = [
    endedSessions,
    consumeSocialEvents(posts, live.hub.social, { source: posted, log, metrics }),
  ];
  if (consumesUsers(settings)) {
    const userEvents = getUserEvents(limits, settings.IDENTITY_FEED_TOKEN);
    const source = sourceOf(identity, userEvents, live.hub.identity);
    consumers.push(consumeUserEvents(users, live.hub.identity, { source, log, metrics }));
  }
  return {
    hasEnded: (sessionId) => endedSessions.has(sessionId),
    stop: async () => void (await Promise.all(consumers.map((each) => each.stop()))),
  };
}
