import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createCache, createImmutableCache } from '../../../src/upstream/engine/cache.ts';

const memoryOf = (maxSize: number, random = 0) =>
  createCache<string>({
    freshMs: 1000,
    absentMs: 1000,
    staleMs: 0,
    maxSize,
    sizeOf: (value) => value?.length ?? 1,
    now: () => 0,
    random: () => random,
  });

test('memory is bounded by size: what was used least recently goes first', () => {
  const memory = memoryOf(10);
  memory.set(1, 'aaaa');
  memory.set(2, 'bbbb');
  memory.get(1);
  memory.set(3, 'cccc');
  expect(memory.get(2).kind).toBe('nothing');
  expect(memory.get(1).kind).toBe('fresh');
});

test.each([
  [0, 1000],
  [0.5, 950],
  [1, 900],
])(
  'lifetimes are spread by a tenth, and never longer than the setting: drawn %d, an entry lives %d ms',
  (random, ttlMs) => {
    const memory = memoryOf(10, random);
    memory.set(1, 'a');
    expect(memory.get(1)).toEqual({ kind: 'fresh', value: 'a', ttlMs });
  },
);

test('what is larger than the whole memory is not kept, and disturbs nothing', () => {
  const memory = memoryOf(10);
  memory.set(1, 'a');
  memory.set(2, 'x'.repeat(11));
  expect(memory.get(2).kind).toBe('nothing');
  expect(memory.get(1).kind).toBe('fresh');
});

describe('what is changed', () => {
  test('is forgotten', () => {
    const memory = memoryOf(10);
    memory.set(1, 'old');
    memory.set(2, 'other');
    memory.invalidate(1);
    expect(memory.get(1).kind).toBe('nothing');
    expect(memory.get(2)).toMatchObject({ value: 'other' });
  });

  test('is kept when it was asked for afterwards, and not when it was asked for before', () => {
    const memory = memoryOf(10);
    const before = memory.lease(1);
    memory.invalidate(1);
    const after = memory.lease(1);
    after.store('new');
    before.store('old');
    expect(memory.get(1)).toMatchObject({ value: 'new' });
  });

  test('"there is no such thing", heard before it was made, is not kept either', () => {
    const memory = memoryOf(10);
    const before = memory.lease(1);
    memory.invalidate(1);
    before.store(undefined);
    expect(memory.get(1).kind).toBe('nothing');
  });

  test('does not disturb what others ask for', () => {
    const memory = memoryOf(10);
    const other = memory.lease(2);
    memory.invalidate(1);
    other.store('other');
    expect(memory.get(2)).toMatchObject({ value: 'other' });
  });

  test('an expectation that was dropped, or kept once, keeps nothing more', () => {
    const memory = memoryOf(10);
    const [dropped, kept] = [memory.lease(1), memory.lease(2)];
    dropped.release();
    dropped.store('a');
    kept.store('b');
    kept.store('c');
    expect(memory.get(1).kind).toBe('nothing');
    expect(memory.get(2)).toMatchObject({ value: 'b' });
  });

  test('whatever the order: nothing that was asked for before the last change is ever recalled', () => {
    const step = fc.oneof(
      fc.constant('ask' as const),
      fc.constant('change' as const),
      fc.nat({ max: 9 }).map((answered) => ({ answered })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const memory = memoryOf(10);
        const asked: { version: number; expectation: ReturnType<typeof memory.lease> }[] = [];
        let version = 0;
        for (const each of steps) {
          if (each === 'change') {
            version += 1;
            memory.invalidate(1);
          } else if (each === 'ask') asked.push({ version, expectation: memory.lease(1) });
          else {
            const [flight] = asked.splice(each.answered % (asked.length || 1), 1);
            flight?.expectation.store(String(flight.version));
          }
          const recalled = memory.get(1);
          if (recalled.kind === 'fresh') expect(recalled.value).toBe(String(version));
        }
      }),
    );
  });
});

test('facts are bounded by number', () => {
  const facts = createImmutableCache(2);
  for (const id of [1, 2, 3]) facts.set(id, id);
  expect([1, 2, 3].map((id) => facts.get(id))).toEqual([undefined, 2, 3]);
});
