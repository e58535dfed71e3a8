// `npm run compare -- --quick` with real processes: it prints every figure, and the expected relations hold.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SCENARIOS, SIZES, STRATEGIES, type Scenario } from '../lab/compare/plan.ts';
import { root } from './support/sources.ts';
import { startNode } from 'chassis/testing/process';

interface Row {
  readonly cells: readonly string[];
  /** In percent. */
  readonly named: number;
  readonly right: number;
  /** In milliseconds; NaN for a dash. */
  readonly shown: number;
}

const LIMIT_MS = 240_000;
const tables = new Map<string, Map<string, Row>>();

beforeAll(async () => {
  const child = startNode(join(root, 'lab/compare/compare.ts'), {}, { args: ['--quick'] });
  let rows = new Map<string, Row>();
  child.stdout.on('line', (line) => {
    if (line.startsWith('### ')) tables.set(line.slice(4), (rows = new Map()));
    const [name = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (!/^\d+ posts?, /.test(name)) return;
    const [named, right, shown] = cells.slice(2).map((cell) => parseFloat(cell));
    rows.set(name, { cells, named: named!, right: right!, shown: shown! });
  });
  const { code, stderr } = await child.ended;
  if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
}, LIMIT_MS);

const cell = (scenario: Scenario, strategy: string, size: number): Row => {
  const name = `${size === 1 ? '1 post' : `${size} posts`}, ${strategy}`;
  return tables.get(SCENARIOS[scenario])!.get(name)!;
};

test.each(Object.entries(SCENARIOS))('prints every figure of %s', (name, title) => {
  const renamed = name === 'rename' || name === 'stopped';
  const rows = [...tables.get(title)!.values()].map(({ cells }) => cells);
  expect(rows).toHaveLength(SIZES.length * STRATEGIES.length);
  for (const [p50, p99, named, right, shown, requests, ...more] of rows) {
    for (const number of [p50, p99, requests]) expect(number).toMatch(/^\d+\.\d+$/);
    for (const share of [named, right]) expect(share).toMatch(/^(100|\d{1,2}\.\d|0) %$/);
    expect(shown).toMatch(renamed ? /^\d+$/ : /^–$/);
    expect(more).toEqual([]);
  }
});

describe.each(SIZES)('a request with %i posts', (size) => {
  test('has, while Identity is down, no new names with aggregate, and all names with the other strategies', () => {
    expect(cell('unseen', 'aggregate', size).named).toBe(0);
    expect(cell('unseen', 'replica', size).right).toBe(100);
    // On a busy machine, both rungs may time out.
    expect(cell('unseen', 'hybrid', size).right).toBeGreaterThan(95);
  });

  test('has, while Identity is down, all known names with every strategy', () => {
    for (const strategy of STRATEGIES)
      expect(cell('seen', strategy, size).right).toBeGreaterThan(95);
  });

  test('has, while the consumer is stopped, old names with replica, and new names sooner with the other strategies', () => {
    const replica = cell('stopped', 'replica', size);
    expect(replica.named).toBe(100);
    expect(replica.right).toBe(0);
    for (const strategy of ['aggregate', 'hybrid'] as const) {
      const other = cell('stopped', strategy, size);
      expect(other.right).toBeGreaterThan(50);
      expect(other.shown).toBeLessThan(replica.shown);
    }
  });
});
