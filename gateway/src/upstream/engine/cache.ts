// What the gateway remembers: a bounded LRU with two horizons, fresh and stale. The only file that knows lru-cache.
import { LRUCache } from 'lru-cache';

export interface CacheOptions<T> {
  /** How long an entry may be served without asking, in milliseconds; 0: never. */
  readonly freshMs: number;
  /** The same for "there is no such thing". */
  readonly absentMs: number;
  /** How long beyond that a value may still stand in for an upstream that fails; an absence never does. */
  readonly staleMs: number;
  /** The bound: the sum of what `sizeOf` says of the entries. */
  readonly maxSize: number;
  readonly sizeOf: (value: T | undefined) => number;
  /** Told of a value that is kept in the place of an older one, which nobody said was changed. */
  readonly onRefreshed?: (value: T | undefined, older: T | undefined) => void;
  /** Milliseconds; tests put their own clock here. */
  readonly now?: () => number;
  /** From 0 to 1; spreads lifetimes, so that what came together does not expire together. */
  readonly random?: () => number;
}

export type CacheResult<T> =
  | { readonly kind: 'fresh'; readonly value: T | undefined; readonly ttlMs: number }
  | { readonly kind: 'stale'; readonly value: T }
  | { readonly kind: 'nothing' };

/** Keeps values, and `undefined` for what an upstream surely does not have. */
export interface Cache<T> {
  readonly size: number;
  get(id: number): CacheResult<T>;
  set(id: number, value: T | undefined): void;
  /** Says that an id is asked for. What comes back is kept, unless the thing was changed meanwhile. */
  lease(id: number): Lease<T>;
  /** The thing was changed: neither what is kept of it nor what was asked before may be answered any more. */
  invalidate(id: number): void;
}

/** Ends with one of the two. */
export interface Lease<T> {
  store(value: T | undefined): void;
  release(): void;
}

interface Entry<T> {
  readonly value: T | undefined;
  readonly freshUntil: number;
}

const NOTHING = { kind: 'nothing' } as const;
const JITTER = 0.1;

export function createCache<T>(options: CacheOptions<T>): Cache<T> {
  const { freshMs, absentMs, staleMs, maxSize, sizeOf, onRefreshed } = options;
  const { now = () => performance.now(), random = Math.random } = options;
  const entries = new LRUCache<number, Entry<T>>({
    maxSize,
    sizeCalculation: (entry) => sizeOf(entry.value),
  });
  /** What is asked for now, for each id. */
  const expected = new Map<number, Set<object>>();

  const keep = (id: number, value: T | undefined): void => {
    const lifetime = value === undefined ? absentMs : freshMs;
    const jitter = 1 - JITTER * random();
    const older = entries.peek(id);
    if (older !== undefined) onRefreshed?.(value, older.value);
    entries.set(id, { value, freshUntil: now() + lifetime * jitter });
  };

  return {
    get size() {
      return entries.size;
    },
    get(id) {
      const entry = entries.get(id);
      if (entry === undefined) return NOTHING;
      const ttlMs = entry.freshUntil - now();
      if (ttlMs > 0) return { kind: 'fresh', value: entry.value, ttlMs };
      // What did not exist may have been made since: only a value is better than nothing.
      if (entry.value !== undefined && ttlMs > -staleMs)
        return { kind: 'stale', value: entry.value };
      entries.delete(id);
      return NOTHING;
    },
    set: keep,
    lease(id) {
      const expectation = {};
      const others = expected.get(id);
      if (others === undefined) expected.set(id, new Set([expectation]));
      else others.add(expectation);
      /** False when the thing was changed since. */
      const end = (): boolean => {
        const all = expected.get(id);
        const wasThere = all?.delete(expectation) ?? false;
        if (all?.size === 0) expected.delete(id);
        return wasThere;
      };
      return {
        store(value) {
          if (end()) keep(id, value);
        },
        release: () => void end(),
      };
    },
    invalidate(id) {
      expected.delete(id);
      entries.delete(id);
    },
  };
}

/** A bounded map without horizons, for what never changes: which author wrote a post, for one. */
export const createImmutableCache = <K extends number | string, V extends {}>(
  maxEntries: number,
): Pick<Map<K, V>, 'get' | 'set'> =>
  // By size, not by number: given a number, it would take the memory for all of them at once.
  new LRUCache<K, V>({ maxSize: maxEntries, sizeCalculation: () => 1 }) as unknown as Pick<
    Map<K, V>,
    'get' | 'set'
  >;
