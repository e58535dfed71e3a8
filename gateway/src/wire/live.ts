// Composes the live streams: their limits, the viewer's friends from Social, and what ends them.
import type { Metrics } from 'chassis/observability/metrics';
import type { Settings } from '../config.ts';
import { createLive, type Live } from '../live/live.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import { createPrivateQuery } from '../upstream/queries.ts';
import { getFriends } from '../upstream/social/friends.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Commands } from '../routes/commands.ts';
import type { FriendPageCall } from '../routes/context.ts';
import { consumesUsers } from './consumers.ts';

export const createLiveStreams = (settings: Settings, metrics: Metrics): Live =>
  createLive({
    limits: {
      perUser: settings.LIVE_PER_USER,
      perAddress: settings.LIVE_PER_ADDRESS,
      all: settings.LIVE_STREAMS,
    },
    history: settings.LIVE_HISTORY_EVENTS,
    queueBytes: settings.LIVE_QUEUE_BYTES,
    consumesUsers: consumesUsers(settings),
    metrics,
  });

export const createFriendPage = (
  social: Upstream,
  limits: SizeLimits,
  observer: Observer,
): FriendPageCall =>
  createPrivateQuery(social, { ...getFriends(limits), name: 'live_friends' }, observer);

/** Tells the streams when a breaker opens or closes. @returns a listener of breakers */
export const breakerListener = (live: Live, upstreams: readonly Upstream[]) => (): void => {
  for (const { name, breaker } of upstreams)
    live.upstream(name, breaker.state === 'closed' || breaker.state === 'forced_closed');
};

/** Commands that also end the streams of the sessions that they end. */
export const endingStreams = (commands: Commands, live: Pick<Live, 'endSessions'>): Commands => ({
  ...commands,
  async logOut(request, caller) {
    const result = await commands.logOut(request, caller);
    live.endSessions(request.userId, (id) => id === request.sessionId);
    return result;
  },
  async endSession(request, caller) {
    const result = await commands.endSession(request, caller);
    live.endSessions(request.userId, (id) => id === request.id);
    return result;
  },
  async endOtherSessions(request, caller) {
    const result = await commands.endOtherSessions(request, caller);
    live.endSessions(request.userId, (id) => id !== request.sessionId);
    return result;
  },
});
