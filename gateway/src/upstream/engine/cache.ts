// A bounded LRU cache whose entries are fresh, then stale. The only file that knows lru-cache.
import { LRUCache } from 'lru-cache';

export interface CacheOptions<T> {
  /** How long an entry is fresh, in milliseconds: used without a request. 0: never. */
  readonly freshMs: number;
  /** How long an absence is fresh, in milliseconds. */
  readonly absentMs: number;
  /** How long after that a value may be used while the upstream fails, in milliseconds. An absence is never used stale. */
  readonly staleMs: number;
  /** The limit for the sum of all `sizeOf`. */
  readonly maxSize: number;
  readonly sizeOf: (value: T | undefined) => number;
  /** Called with a value that replaces an older one which was not invalidated. */
  readonly onRefreshed?: (value: T | undefined, older: T | undefined) => void;
  /** The clock, in milliseconds; for tests. */
  readonly now?: () => number;
  /** From 0 to 1. Varies lifetimes, so that entries of one batch do not expire together. */
  readonly random?: () => number;
}

export type CacheResult<T> =
  | { readonly kind: 'fresh'; readonly value: T | undefined; readonly ttlMs: number }
  /** `ageMs` is the time since the value was stored. */
  | { readonly kind: 'stale'; readonly value: T; readonly ageMs: number }
  | { readonly kind: 'nothing' };

/** Holds values, and `undefined` for an id that the upstream does not have. */
export interface Cache<T> {
  readonly size: number;
  get(id: number): CacheResult<T>;
  set(id: number, value: T | undefined): void;
  /** Starts a request for an id. Its value is stored only if the entry is not invalidated meanwhile. */
  lease(id: number): Lease<T>;
  /** Deletes an entry that has changed, and ends its leases: a request that started before may bring the old value. */
  invalidate(id: number): void;
}

/** The right of one request to store its value. Ends by one of the two calls. */
export interface Lease<T> {
  store(value: T | undefined): void;
  release(): void;
}

interface Entry<T> {
  readonly value: T | undefined;
  readonly storedAt: number;
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
  /** The valid leases of each id. */
  const leases = new Map<number, Set<object>>();

  const set = (id: number, value: T | undefined): void => {
    const lifetime = value === undefined ? absentMs : freshMs;
    const jitter = 1 - JITTER * random();
    const older = entries.peek(id);
    if (older !== undefined) onRefreshed?.(value, older.value);
    const storedAt = now();
    entries.set(id, { value, storedAt, freshUntil: storedAt + lifetime * jitter });
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
      // An entity that was absent may exist by now, so only a value is used stale.
      if (entry.value !== undefined && ttlMs > -staleMs)
        return { kind: 'stale', value: entry.value, ageMs: now() - entry.storedAt };
      entries.delete(id);
      return NOTHING;
    },
    set,
    lease(id) {
      const token = {};
      const others = leases.get(id);
      if (others === undefined) leases.set(id, new Set([token]));
      else others.add(token);
      /** @returns false when the entry was invalidated since */
      const end = (): boolean => {
        const valid = leases.get(id);
        const wasValid = valid?.delete(token) ?? false;
        if (valid?.size === 0) leases.delete(id);
        return wasValid;
      };
      return {
        store(value) {
          if (end()) set(id, value);
        },
        release: () => void end(),
      };
    },
    invalidate(id) {
      leases.delete(id);
      entries.delete(id);
    },
  };
}

/** A bounded map for what never changes, such as the author of a post: its entries do not expire. */
export const createImmutableCache = <K extends number | string, V extends {}>(
  maxEntries: number,
): Pick<Map<K, V>, 'get' | 'set'> =>
  // `maxSize`, not `max`: with `max`, lru-cache allocates memory for all entries at once.
  new LRUCache<K, V>({ maxSize: maxEntries, sizeCalculation: () => 1 }) as unknown as Pick<
    Map<K, V>,
    'get' | 'set'
  >;
