import { expect, test } from '@jest/globals';
import { createMemory, createFacts } from '../../src/upstream/memory.ts';

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

test('facts are bounded by number', () => {
  const facts = createFacts(2);
  for (const id of [1, 2, 3]) facts.set(id, id);
  expect([1, 2, 3].map((id) => facts.get(id))).toEqual([undefined, 2, 3]);
});
