// Loads single entities by id: cached, coalesced, batched.
import { stack, type Call, type Layer } from './engine/call.ts';
import type { Breaker } from './engine/breaker.ts';
import { batch } from './engine/layers/batch.ts';
import { serveFromCache, storeInCache } from './engine/layers/cache.ts';
import { coalesce, type InFlightRequests } from './engine/layers/coalesce.ts';
import { beginCall, lookupAttributes } from './engine/spans.ts';
import { measure } from './engine/layers/measure.ts';
import type { Cache } from './engine/cache.ts';
import type { Observer } from './engine/observer.ts';
import type { Queryable } from './upstream.ts';
import { createQuarantine } from './engine/quarantine.ts';
import { createBackgroundRefresh } from './background-refresh.ts';
import type { Endpoint } from './engine/endpoint.ts';

// The most ids in one request, by the contracts of the upstreams.
const BATCH_MAX_IDS = 100;
const REFRESH = { everyMs: 500, maxAttempts: 20 } as const;

export interface LoaderOptions<T> {
  readonly upstream: Queryable;
  readonly entity: 'author' | 'post';
  readonly endpoint: Endpoint<readonly number[], ReadonlyMap<number, T>>;
  /** Without a cache, when undefined. */
  readonly cache: Cache<T> | undefined;
  /** The budget of a shared request, in milliseconds. */
  readonly limitMs: number;
  /** Whether ids whose request failed are requested again in the background. */
  readonly refreshInBackground: boolean;
  /** The label in the metrics of calls; `entity` when left out. */
  readonly callName?: string;
  readonly observer: Observer;
}

export interface Loader<T> {
  readonly call: Call<number, T | undefined>;
  /** Call this when the entity has changed: requests in flight are neither joined nor cached any more. */
  invalidate(id: number): void;
  close(): void;
}

export function createLoader<T>(options: LoaderOptions<T>): Loader<T> {
  const { upstream, entity, endpoint, cache, limitMs, refreshInBackground, observer } = options;
  const { callName = entity } = options;
  type L = Layer<number, T | undefined>;
  const measured: L = measure(
    (outcome, seconds) => observer.call(callName, outcome, seconds),
    beginCall(callName),
  );
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
    trial: upstream.trial(endpoint),
    quarantine: createQuarantine({ upstream: upstream.name, breaker: upstream.breaker }),
    onQuarantined: () => observer.rejected(upstream.client, 'quarantined'),
  });
  if (cache === undefined)
    return { call: stack([measured, shared], batched), invalidate, close: () => undefined };

  const fetchShared = stack([shared, storeInCache(cache)], batched);
  const refresh = createBackgroundRefresh({
    call: fetchShared,
    capacity: () => capacityOf(upstream.breaker),
    ...REFRESH,
    limitMs,
    onBug: (error) => observer.bug(error),
  });
  const cached: L = serveFromCache({
    cache,
    rejection: () => upstream.breaker.reject(),
    onLookup(result, caller, failure) {
      observer.lookup(entity, result);
      caller.span?.event('cache lookup', lookupAttributes(entity, result, failure));
    },
    onDegraded: (id) => {
      if (refreshInBackground) refresh.add(id);
    },
  });
  return { call: stack([cached, measured], fetchShared), invalidate, close: () => refresh.close() };
}

/** The probe of a half-open breaker is one id, because one bad id fails a whole batch. */
const capacityOf = ({ available, state }: Breaker): number => {
  if (!available) return 0;
  return state === 'half_open' ? 1 : Infinity;
};
