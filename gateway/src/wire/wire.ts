// The composition root: creates and closes upstreams, caches, data sources, commands and sessions.
import { createVerifier, type Viewer } from 'chassis/auth/access-token';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { accessToken } from 'contracts/tokens';
import type { FriendPageCall } from '../routes/context.ts';
import { createCommands } from './commands.ts';
import type { Settings } from '../config.ts';
import { startConsumers } from './consumers.ts';
import { failureOf, loadKeys } from './keys.ts';
import { breakerListener, createFriendPage, createLiveStreams, endingStreams } from './live.ts';
import { createCaches, exposeGauges } from './caches.ts';
import { createDataSources } from './data-sources.ts';
import { sharedRefresh } from '../session/refresh.ts';
import { createSessions, type Sessions } from '../session/sessions.ts';
import type { Breaker } from '../upstream/engine/breaker.ts';
import type { UpstreamName } from '../upstream/engine/failure.ts';
import { createImmutableCache } from '../upstream/engine/cache.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import { createUpstream, type Upstream } from '../upstream/upstream.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import type { Live } from '../live/live.ts';
import type { Commands } from '../routes/commands.ts';
import type { Catalog } from '../views/catalog.ts';

// A list has up to 100 posts of 5,000 characters, which is more than UPSTREAM_MAX_BYTES, the limit for one resource.
const LIST_FACTOR = 4;
const BREAKER_WINDOW_MS = 10_000;
/** The most verified tokens that are cached. */
const VIEWERS_MAX = 10_000;

export interface Wiring {
  readonly catalog: Catalog;
  readonly commands: Commands;
  readonly sessions: Sessions;
  readonly live: Live;
  readonly friendPage: FriendPageCall;
  readonly breakers: readonly Breaker[];
  /** Calls the listener when the state of a breaker changes. @returns a function that removes the listener */
  onBreakerChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export function wire(
  settings: Settings,
  { observer, metrics, log }: { observer: Observer; metrics: Metrics; log: Logger },
): Wiring {
  const listeners = new Set<() => void>();
  const connect = (name: UpstreamName, origin: string): Upstream =>
    createUpstream({
      name,
      origin,
      connections: settings.UPSTREAM_CONNECTIONS,
      maxAgeMs: settings.UPSTREAM_MAX_AGE_MS,
      limitMs: settings.REQUEST_DEADLINE_MS,
      breaker: {
        errorPercent: settings.BREAKER_ERROR_PERCENT,
        volume: settings.BREAKER_VOLUME,
        resetMs: settings.BREAKER_RESET_MS,
        windowMs: BREAKER_WINDOW_MS,
      },
      observer,
      onBreakerChange: () => {
        for (const listener of listeners) listener();
      },
    });
  const identity = connect('identity', settings.IDENTITY_URL);
  const social = connect('social', settings.SOCIAL_URL);
  const replica = social.isolated('social-copy');
  const caches = createCaches(settings, observer);
  exposeGauges(metrics, [identity, social], caches);

  const limits: SizeLimits = {
    one: settings.UPSTREAM_MAX_BYTES,
    list: LIST_FACTOR * settings.UPSTREAM_MAX_BYTES,
  };
  const sources = createDataSources({
    settings,
    identity,
    social,
    replica,
    limits,
    caches,
    observer,
  });
  const { users, posts } = sources;
  const live = createLiveStreams(settings, metrics);
  listeners.add(breakerListener(live, [identity, social]));
  const commands = endingStreams(
    createCommands({ ...sources, identity, social, limits, observer }),
    live,
  );
  const consumers = startConsumers({
    settings,
    identity,
    social,
    limits,
    users,
    posts,
    live,
    log,
    metrics,
  });
  const keys = loadKeys(identity, limits, settings.REQUEST_DEADLINE_MS / 2);
  return {
    catalog: sources.catalog,
    commands,
    live,
    friendPage: createFriendPage(social, limits, observer),
    sessions: createSessions({
      verify: createVerifier(keys.keys, accessToken, {
        cache: createImmutableCache<string, Viewer>(VIEWERS_MAX),
        hasEnded: consumers.hasEnded,
        keysFailed: failureOf,
      }),
      refresh: sharedRefresh(async (refreshToken, caller) => {
        const request = { body: { refreshToken }, address: undefined };
        const result = await commands.refreshSession(request, caller);
        return 'ok' in result ? result.ok : undefined;
      }),
      origins: { own: settings.PUBLIC_ORIGIN, allowed: settings.CORS_ORIGINS },
    }),
    breakers: [
      identity.breaker,
      social.breaker,
      // Not for `replica`, which rarely needs it: its posts embed their authors.
      ...(settings.AUTHOR_STRATEGY === 'hybrid' ? [replica.breaker] : []),
    ],
    onBreakerChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      keys.close();
      await consumers.stop();
      users.close();
      posts.close();
      await Promise.all([identity.close(), social.close()]);
    },
  };
}
