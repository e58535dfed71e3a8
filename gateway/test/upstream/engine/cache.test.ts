import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createMemory, createFacts } from '../../../src/upstream/engine/cache.ts';

const memoryOf = (maxSize: number, random = 0) =>
  createMemory<string>({
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
  memory.keep(1, 'aaaa');
  memory.keep(2, 'bbbb');
  memory.recall(1);
  memory.keep(3, 'cccc');
  expect(memory.recall(2).kind).toBe('nothing');
  expect(memory.recall(1).kind).toBe('fresh');
});

test.each([
  [0, 1000],
  [0.5, 950],
  [1, 900],
])(
  'lifetimes are spread by a tenth, and never longer than the setting: drawn %d, an entry lives %d ms',
  (random, ttlMs) => {
    const memory = memoryOf(10, random);
    memory.keep(1, 'a');
    expect(memory.recall(1)).toEqual({ kind: 'fresh', value: 'a', ttlMs });
  },
);

test('what is larger than the whole memory is not kept, and disturbs nothing', () => {
  const memory = memoryOf(10);
  memory.keep(1, 'a');
  memory.keep(2, 'x'.repeat(11));
  expect(memory.recall(2).kind).toBe('nothing');
  expect(memory.recall(1).kind).toBe('fresh');
});

describe('what is changed', () => {
  test('is forgotten', () => {
    const memory = memoryOf(10);
    memory.keep(1, 'old');
    memory.keep(2, 'other');
    memory.forget(1);
    expect(memory.recall(1).kind).toBe('nothing');
    expect(memory.recall(2)).toMatchObject({ value: 'other' });
  });

  test('is kept when it was asked for afterwards, and not when it was asked for before', () => {
    const memory = memoryOf(10);
    const before = memory.expect(1);
    memory.forget(1);
    const after = memory.expect(1);
    after.keep('new');
    before.keep('old');
    expect(memory.recall(1)).toMatchObject({ value: 'new' });
  });

  test('"there is no such thing", heard before it was made, is not kept either', () => {
    const memory = memoryOf(10);
    const before = memory.expect(1);
    memory.forget(1);
    before.keep(undefined);
    expect(memory.recall(1).kind).toBe('nothing');
  });

  test('does not disturb what others ask for', () => {
    const memory = memoryOf(10);
    const other = memory.expect(2);
    memory.forget(1);
    other.keep('other');
    expect(memory.recall(2)).toMatchObject({ value: 'other' });
  });

  test('an expectation that was dropped, or kept once, keeps nothing more', () => {
    const memory = memoryOf(10);
    const [dropped, kept] = [memory.expect(1), memory.expect(2)];
    dropped.drop();
    dropped.keep('a');
    kept.keep('b');
    kept.keep('c');
    expect(memory.recall(1).kind).toBe('nothing');
    expect(memory.recall(2)).toMatchObject({ value: 'b' });
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
        const asked: { version: number; expectation: ReturnType<typeof memory.expect> }[] = [];
        let version = 0;
        for (const each of steps) {
          if (each === 'change') {
            version += 1;
            memory.forget(1);
          } else if (each === 'ask') asked.push({ version, expectation: memory.expect(1) });
          else {
            const [flight] = asked.splice(each.answered % (asked.length || 1), 1);
            flight?.expectation.keep(String(flight.version));
          }
          const recalled = memory.recall(1);
          if (recalled.kind === 'fresh') expect(recalled.value).toBe(String(version));
        }
      }),
    );
  });
});

test('facts are bounded by number', () => {
  const facts = createFacts(2);
  for (const id of [1, 2, 3]) facts.set(id, id);
  expect([1, 2, 3].map((id) => facts.get(id))).toEqual([undefined, 2, 3]);
});
