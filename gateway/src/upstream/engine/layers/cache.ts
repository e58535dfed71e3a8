// Answers from cache: fresh without asking; stale, or a gap, when everything below fails.
import type { Layer, Reply } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Cache } from '../cache.ts';

export interface CacheLayerOptions<T> {
  readonly cache: Cache<T>;
  /** The failure that a call would meet now for sure (an open breaker); then nobody is asked. */
  readonly rejection: () => UpstreamFailure | undefined;
  readonly onLookup: (result: 'hit' | 'miss' | 'stale') => void;
  /** Told of every id that an upstream failed on, so that it is asked for again in the background. */
  readonly onDegraded: (id: number) => void;
}

/** Reads; what a flight brings is stored by `remember`, so that it is kept also when its first caller has left. */
export const serveFromCache =
  <T>({
    cache,
    rejection,
    onLookup,
    onDegraded,
  }: CacheLayerOptions<T>): Layer<number, T | undefined> =>
  (inner) =>
  async (id, caller): Promise<Reply<T | undefined>> => {
    const found = cache.get(id);
    if (found.kind === 'fresh') {
      onLookup('hit');
      return { value: found.value, via: { kind: 'hit', ttlMs: found.ttlMs } };
    }
    const insteadOf = (failure: UpstreamFailure): Reply<T | undefined> => {
      if (failure.kind !== 'left') onDegraded(id);
      onLookup(found.kind === 'stale' ? 'stale' : 'miss');
      return found.kind === 'stale'
        ? { value: found.value, via: { kind: 'stale', failure } }
        : { value: undefined, via: { kind: 'unavailable', failure } };
    };

    const refused = rejection();
    if (refused !== undefined) return insteadOf(refused);
    try {
      const reply = await inner(id, caller);
      onLookup('miss');
      return reply;
    } catch (error) {
      if (error instanceof UpstreamFailure) return insteadOf(error);
      throw error;
    }
  };

/**
 * Stores what comes back; stands below `coalesce`, so that it happens once for each flight. What was asked before the
 * thing was changed is not stored: it may be the older one.
 */
export const storeInCache =
  <T>(cache: Cache<T>): Layer<number, T | undefined> =>
  (inner) =>
  async (id, caller) => {
    const lease = cache.lease(id);
    try {
      const reply = await inner(id, caller);
      lease.store(reply.value);
      return reply;
    } finally {
      lease.release();
    }
  };
