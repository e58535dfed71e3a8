// Looking single things up: from memory, in a shared fetch, in a batch.
import { stack, type Call, type Layer } from './engine/call.ts';
import type { Breaker } from './engine/breaker.ts';
import { batch } from './engine/layers/batch.ts';
import { serveFromCache, storeInCache } from './engine/layers/cache.ts';
import { coalesce, type InFlightRequests } from './engine/layers/coalesce.ts';
import { measure } from './engine/layers/measure.ts';
import type { Cache } from './engine/cache.ts';
import type { Observer } from './engine/observer.ts';
import type { Queryable } from './upstream.ts';
import { createBackgroundRefresh } from './background-refresh.ts';
import type { Endpoint } from './engine/endpoint.ts';

// What the upstreams take at once, by their contracts.
const BATCH_MAX_IDS = 100;
const REPAIR = { everyMs: 500, maxAttempts: 20 } as const;

export interface LoaderOptions<T> {
  readonly upstream: Queryable;
  readonly entity: 'author' | 'post';
  readonly endpoint: Endpoint<readonly number[], ReadonlyMap<number, T>>;
  /** undefined: nothing is cached. */
  readonly cache: Cache<T> | undefined;
  /** A fetch's budget in milliseconds. */
  readonly limitMs: number;
  /** Whether what failed is asked for again in the background. */
  readonly refreshInBackground: boolean;
  /** Its name among the calls; the thing's when left out. */
  readonly callName?: string;
  readonly observer: Observer;
}

export interface Loader<T> {
  readonly call: Call<number, T | undefined>;
  /** The thing was changed: what was asked before is neither joined nor cached any more. */
  invalidate(id: number): void;
  close(): void;
}

export function createLoader<T>(options: LoaderOptions<T>): Loader<T> {
  const { upstream, entity, endpoint, cache, limitMs, refreshInBackground, observer } = options;
  const { callName = entity } = options;
  type L = Layer<number, T | undefined>;
  const timed: L = measure((outcome, seconds) => observer.call(callName, outcome, seconds));
  const inFlight: InFlightRequests<T | undefined> = new Map();
  const shared: L = coalesce({ upstream: upstream.name, keyOf: (id) => id, limitMs, inFlight });
  const invalidate = (id: number): void => {
    inFlight.delete(id);
    cache?.invalidate(id);
  };
  const batched = batch(upstream.query(endpoint), {
    upstream: upstream.name,
    maxIds: BATCH_MAX_IDS,
    onBatch: (size) => observer.batch(endpoint.name, size),
  });
  if (cache === undefined)
    return { call: stack([timed, shared], batched), invalidate, close: () => undefined };

  const fetch = stack([shared, storeInCache(cache)], batched);
  const refresh = createBackgroundRefresh({
    call: fetch,
    capacity: () => capacityOf(upstream.breaker),
    ...REPAIR,
    limitMs,
    onBug: (error) => observer.bug(error),
  });
  const cached: L = serveFromCache({
    cache,
    rejection: () => upstream.breaker.reject(),
    onLookup: (result) => observer.lookup(entity, result),
    onDegraded: (id) => {
      if (refreshInBackground) refresh.add(id);
    },
  });
  return { call: stack([cached, timed], fetch), invalidate, close: () => refresh.close() };
}

/** A half-open breaker's probe is one id: a batch would fail by its worst member. */
const capacityOf = ({ available, state }: Breaker): number => {
  if (!available) return 0;
  return state === 'half_open' ? 1 : Infinity;
};
