// Creates the caches with their sizes and lifetimes, and the gauges of caches, permits and retry budgets.
import type { Metrics } from 'chassis/observability/metrics';
import type { Post, User } from 'contracts/types';
import type { Settings } from '../config.ts';
import { createCache } from '../upstream/engine/cache.ts';
import type { Observer } from '../upstream/engine/observer.ts';
import type { Upstream } from '../upstream/upstream.ts';

const USER_BYTES = 200;
const POST_OVERHEAD_BYTES = 200;

/** The caches of authors and of posts. */
export const createCaches = (settings: Settings, observer: Observer) => ({
  author: createCache<User>({
    freshMs: settings.AUTHOR_TTL_MS,
    absentMs: Math.min(settings.AUTHOR_ABSENT_TTL_MS, settings.AUTHOR_TTL_MS),
    staleMs: settings.AUTHOR_STALE_MS,
    maxSize: settings.AUTHOR_CACHE_ENTRIES * USER_BYTES,
    sizeOf: () => USER_BYTES,
    onRefreshed: (user, older) => observer.refreshed(user?.username === older?.username),
  }),
  post: createCache<Post>({
    freshMs: settings.POST_TTL_MS,
    absentMs: settings.POST_TTL_MS,
    staleMs: 0,
    maxSize: settings.POST_CACHE_BYTES,
    // A character takes at most two bytes in memory, and is there twice: in the post and in its rendering.
    sizeOf: (post) => POST_OVERHEAD_BYTES + 4 * (post?.content.length ?? 0),
  }),
});

/** Creates gauges that are read at each scrape. */
export function exposeGauges(
  metrics: Metrics,
  upstreams: readonly Upstream[],
  caches: ReturnType<typeof createCaches>,
): void {
  metrics.gauge(
    'gateway_retry_budget',
    'Retries that the budget still allows.',
    ['upstream'],
    (gauge) => {
      for (const { name, budget } of upstreams) gauge.set({ upstream: name }, budget.remaining);
    },
  );
  metrics.gauge(
    'gateway_permits',
    'Permits for attempts in use, and callers that wait for one.',
    ['upstream', 'state'],
    (gauge) => {
      for (const { name: upstream, permits } of upstreams) {
        gauge.set({ upstream, state: 'used' }, permits.inUse);
        gauge.set({ upstream, state: 'waiting' }, permits.queued);
      }
    },
  );
  metrics.gauge('gateway_cache_entries', 'Entries in each cache.', ['cache'], (gauge) => {
    gauge.set({ cache: 'author' }, caches.author.size);
    gauge.set({ cache: 'post' }, caches.post.size);
  });
}
