import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createCache, createImmutableCache } from '../../../src/upstream/engine/cache.ts';

const cacheOf = (maxSize: number, random = 0) =>
  createCache<string>({
    freshMs: 1000,
    absentMs: 1000,
    staleMs: 0,
    maxSize,
    sizeOf: (value) => value?.length ?? 1,
    now: () => 0,
    random: () => random,
  });

test('evicts the least recently used entry when the size limit is reached', () => {
  const cache = cacheOf(10);
  cache.set(1, 'aaaa');
  cache.set(2, 'bbbb');
  cache.get(1);
  cache.set(3, 'cccc');
  expect(cache.get(2).kind).toBe('nothing');
  expect(cache.get(1).kind).toBe('fresh');
});

test.each([
  [0, 1000],
  [0.5, 950],
  [1, 900],
])(
  'shortens a lifetime at random, by at most a tenth: with the random number %d, an entry is fresh for %d ms',
  (random, ttlMs) => {
    const cache = cacheOf(10, random);
    cache.set(1, 'a');
    expect(cache.get(1)).toEqual({ kind: 'fresh', value: 'a', ttlMs });
  },
);

test('does not store a value that is larger than the size limit, and evicts nothing for it', () => {
  const cache = cacheOf(10);
  cache.set(1, 'a');
  cache.set(2, 'x'.repeat(11));
  expect(cache.get(2).kind).toBe('nothing');
  expect(cache.get(1).kind).toBe('fresh');
});

describe('invalidation', () => {
  test('deletes the entry, and no other', () => {
    const cache = cacheOf(10);
    cache.set(1, 'old');
    cache.set(2, 'other');
    cache.invalidate(1);
    expect(cache.get(1).kind).toBe('nothing');
    expect(cache.get(2)).toMatchObject({ value: 'other' });
  });

  test('lets a later lease store its value, and ends an earlier lease', () => {
    const cache = cacheOf(10);
    const before = cache.lease(1);
    cache.invalidate(1);
    const after = cache.lease(1);
    after.store('new');
    before.store('old');
    expect(cache.get(1)).toMatchObject({ value: 'new' });
  });

  test('ends an earlier lease whose request found an absence', () => {
    const cache = cacheOf(10);
    const before = cache.lease(1);
    cache.invalidate(1);
    before.store(undefined);
    expect(cache.get(1).kind).toBe('nothing');
  });

  test('does not end the leases of other ids', () => {
    const cache = cacheOf(10);
    const other = cache.lease(2);
    cache.invalidate(1);
    other.store('other');
    expect(cache.get(2)).toMatchObject({ value: 'other' });
  });

  test('a lease stores nothing after it was released or has stored a value', () => {
    const cache = cacheOf(10);
    const [released, stored] = [cache.lease(1), cache.lease(2)];
    released.release();
    released.store('a');
    stored.store('b');
    stored.store('c');
    expect(cache.get(1).kind).toBe('nothing');
    expect(cache.get(2)).toMatchObject({ value: 'b' });
  });

  test('the cache never returns a value that was requested before the last change, in any order of steps', () => {
    const step = fc.oneof(
      fc.constant('request' as const),
      fc.constant('change' as const),
      fc.nat({ max: 9 }).map((endsAt) => ({ endsAt })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cache = cacheOf(10);
        const pending: { version: number; lease: ReturnType<typeof cache.lease> }[] = [];
        let version = 0;
        for (const current of steps) {
          if (current === 'change') {
            version += 1;
            cache.invalidate(1);
          } else if (current === 'request') pending.push({ version, lease: cache.lease(1) });
          else {
            const [ended] = pending.splice(current.endsAt % (pending.length || 1), 1);
            ended?.lease.store(String(ended.version));
          }
          const result = cache.get(1);
          if (result.kind === 'fresh') expect(result.value).toBe(String(version));
        }
      }),
    );
  });
});

test('an immutable cache evicts its oldest entry when its limit of entries is reached', () => {
  const cache = createImmutableCache(2);
  for (const id of [1, 2, 3]) cache.set(id, id);
  expect([1, 2, 3].map((id) => cache.get(id))).toEqual([undefined, 2, 3]);
});
