// Serves values from a cache: a fresh one without a request; a stale one, or none, when everything below fails.
import type { Caller, Layer, Reply } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Cache } from '../cache.ts';

export interface CacheLayerOptions<T> {
  readonly cache: Cache<T>;
  /** The failure that a call would surely meet now (an open breaker), so that no call is made. */
  readonly rejection: () => UpstreamFailure | undefined;
  /** @param failure why the upstream gave no value */
  readonly onLookup: (
    result: 'hit' | 'miss' | 'stale',
    caller: Caller,
    failure?: UpstreamFailure,
  ) => void;
  /** Called with each id whose request failed, so that it is refreshed in the background. */
  readonly onDegraded: (id: number) => void;
}

/** Only reads the cache. `storeInCache` writes it below `coalesce`, also when the first caller is gone. */
export const serveFromCache =
  <T>({
    cache,
    rejection,
    onLookup,
    onDegraded,
  }: CacheLayerOptions<T>): Layer<number, T | undefined> =>
  (inner) =>
    async function servedFromCache(id, caller): Promise<Reply<T | undefined>> {
      const cached = cache.get(id);
      if (cached.kind === 'fresh') {
        onLookup('hit', caller);
        return { value: cached.value, via: { kind: 'hit', ttlMs: cached.ttlMs } };
      }
      const fallBack = (failure: UpstreamFailure): Reply<T | undefined> => {
        if (failure.kind !== 'left') onDegraded(id);
        onLookup(cached.kind === 'stale' ? 'stale' : 'miss', caller, failure);
        return cached.kind === 'stale'
          ? { value: cached.value, via: { kind: 'stale', failure, ageMs: cached.ageMs } }
          : { value: undefined, via: { kind: 'unavailable', failure } };
      };

      const rejected = rejection();
      if (rejected !== undefined) return fallBack(rejected);
      try {
        const reply = await inner(id, caller);
        onLookup('miss', caller);
        return reply;
      } catch (error) {
        if (error instanceof UpstreamFailure) return fallBack(error);
        throw error;
      }
    };

/**
 * Stores each reply; below `coalesce`, so once for each shared request. A reply is not stored when the entry was
 * invalidated after its request began: it may hold the older value.
 */
export const storeInCache =
  <T>(cache: Cache<T>): Layer<number, T | undefined> =>
  (inner) =>
    async function storedInCache(id, caller) {
      const lease = cache.lease(id);
      try {
        const reply = await inner(id, caller);
        lease.store(reply.value);
        return reply;
      } finally {
        lease.release();
      }
    };
