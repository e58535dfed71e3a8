// Builds what the gateway holds, and closes it: upstreams, caches, parts, commands, sessions.
import { createVerifier, type Viewer } from 'chassis/auth/access-token';
import type { Logger } from 'chassis/observability/log';
import type { Metrics } from 'chassis/observability/metrics';
import { createRemoteKeys } from 'chassis/auth/remote-keys';
import { accessToken } from 'contracts/tokens';
import { createCommands } from './commands.ts';
import type { Settings } from '../config.ts';
import { startInvalidation } from './invalidation.ts';
import { createCaches, exposeLevels } from './caches.ts';
import { createDataSources } from './data-sources.ts';
import { sharedRefresh } from '../session/refresh.ts';
import { createSessions, type Sessions } from '../session/sessions.ts';
import { createUserEventSource } from '../upstream/identity/event-source.ts';
import { getKeys } from '../upstream/identity/keys.ts';
import { backgroundCaller } from '../upstream/engine/background.ts';
import type { Breaker } from '../upstream/engine/breaker.ts';
import { UpstreamFailure, type UpstreamName } from '../upstream/engine/failure.ts';
import { createImmutableCache } from '../upstream/engine/cache.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import { createUpstream, type Upstream } from '../upstream/upstream.ts';
import type { SizeLimits } from '../upstream/engine/endpoint.ts';
import type { Commands } from '../routes/commands.ts';
import type { Catalog } from '../views/catalog.ts';

// A list holds up to a hundred posts of 5,000 characters: more than UPSTREAM_MAX_BYTES, which limits one thing.
const LIST_FACTOR = 4;
const BREAKER_WINDOW_MS = 10_000;
/** Tokens that need not be checked again. */
const VIEWERS_MAX = 10_000;

export interface Wiring {
  readonly catalog: Catalog;
  readonly commands: Commands;
  readonly sessions: Sessions;
  readonly breakers: readonly Breaker[];
  /** Told of each breaker's change; returns a function that ends that. */
  onBreakerChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export function wire(
  settings: Settings,
  { observer, metrics, log }: { observer: Observer; metrics: Metrics; log: Logger },
): Wiring {
  const listeners = new Set<() => void>();
  const open = (name: UpstreamName, origin: string): Upstream =>
    createUpstream({
      name,
      origin,
      connections: settings.UPSTREAM_CONNECTIONS,
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
  const identity = open('identity', settings.IDENTITY_URL);
  const social = open('social', settings.SOCIAL_URL);
  const replica = social.isolated('social-copy');
  const caches = createCaches(settings, observer);
  exposeLevels(metrics, [identity, social], caches);

  const limits: SizeLimits = {
    one: settings.UPSTREAM_MAX_BYTES,
    list: LIST_FACTOR * settings.UPSTREAM_MAX_BYTES,
  };
  const reads = createDataSources({
    settings,
    identity,
    social,
    replica,
    limits,
    caches,
    observer,
  });
  const { users, posts } = reads;
  const commands = createCommands({ ...reads, identity, social, limits, observer });
  const source = createUserEventSource(identity, limits, settings.REQUEST_DEADLINE_MS);
  // With no more than Social's copy to ask, there is nothing to refresh.
  const follows = settings.FOLLOW_LOG && settings.AUTHOR_STRATEGY !== 'replica';
  const following = follows ? startInvalidation({ source, users, log, metrics }) : undefined;
  const keys = loadKeys(identity, limits, settings.REQUEST_DEADLINE_MS / 2);
  return {
    catalog: reads.catalog,
    commands,
    sessions: createSessions({
      verify: createVerifier(keys.keys, accessToken, {
        cache: createImmutableCache<string, Viewer>(VIEWERS_MAX),
        keysFailed: failureOf,
      }),
      refresh: sharedRefresh(async (refreshToken, caller) => {
        const request = { body: { refreshToken }, address: undefined };
        const outcome = await commands.refreshSession(request, caller);
        return 'ok' in outcome ? outcome.ok : undefined;
      }),
      origins: settings.CORS_ORIGINS,
    }),
    breakers: [
      identity.breaker,
      social.breaker,
      // The other strategies never ask it by itself.
      ...(settings.AUTHOR_STRATEGY === 'hybrid' ? [replica.breaker] : []),
    ],
    onBreakerChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      keys.close();
      await following?.stop();
      users.close();
      posts.close();
      await Promise.all([identity.close(), social.close()]);
    },
  };
}

/** Identity's public keys, asked for through its breaker like everything else. */
function loadKeys(identity: Upstream, limits: SizeLimits, limitMs: number) {
  const ask = identity.query(getKeys(limits));
  return createRemoteKeys(async () => (await ask(undefined, backgroundCaller(limitMs))).value);
}

/** Keys that came, but are none. */
const failureOf = (cause: unknown): UpstreamFailure =>
  cause instanceof UpstreamFailure ? cause : new UpstreamFailure('identity', 'nonsense', { cause });
