// Answers from memory: fresh without asking; stale, or a gap, when everything below fails.
import type { Layer, Reply } from '../call.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Memory } from '../cache.ts';

export interface CacheOptions<T> {
  readonly memory: Memory<T>;
  /** The failure that a call would meet now for sure (an open breaker); then nobody is asked. */
  readonly refusal: () => UpstreamFailure | undefined;
  readonly onLookup: (result: 'hit' | 'miss' | 'stale') => void;
  /** Told of every id that an upstream failed on, so that it is asked for again in the background. */
  readonly onDegraded: (id: number) => void;
}

/** Reads; what a flight brings is stored by `remember`, so that it is kept also when its first caller has left. */
export const cache =
  <T>({ memory, refusal, onLookup, onDegraded }: CacheOptions<T>): Layer<number, T | undefined> =>
  (inner) =>
  async (id, caller): Promise<Reply<T | undefined>> => {
    const recalled = memory.recall(id);
    if (recalled.kind === 'fresh') {
      onLookup('hit');
      return { value: recalled.value, via: { kind: 'hit', ttlMs: recalled.ttlMs } };
    }
    const insteadOf = (failure: UpstreamFailure): Reply<T | undefined> => {
      if (failure.kind !== 'left') onDegraded(id);
      onLookup(recalled.kind === 'stale' ? 'stale' : 'miss');
      return recalled.kind === 'stale'
        ? { value: recalled.value, via: { kind: 'stale', failure } }
        : { value: undefined, via: { kind: 'gap', failure } };
    };

    const refused = refusal();
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
export const remember =
  <T>(memory: Memory<T>): Layer<number, T | undefined> =>
  (inner) =>
  async (id, caller) => {
    const expectation = memory.expect(id);
    try {
      const reply = await inner(id, caller);
      expectation.keep(reply.value);
      return reply;
    } finally {
      expectation.drop();
    }
  };
