import { expect, test } from '@jest/globals';
import { format } from 'prettier';
import { CASES, type Case } from '../compare.ts';
import { memoryVerdict } from '../memory.ts';
import { planFrom } from '../plan.ts';
import { selfTimes } from '../profile.ts';
import { comparisonReport, fill, GOALS, verdict } from '../report.ts';
import { gatewayFacts, parseMetrics } from '../scrape.ts';
import { median, pairedRatio, quarters } from '../../statistics.ts';
import {
  AUTHORS,
  authorOf,
  HOT_POST,
  idsAfter,
  isAuthor,
  POSTS,
  idSequence,
  stitched,
  stitchedPage,
} from '../fixtures.ts';

test('the median is the middle value, or the mean of the two middle values', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 3, 5])).toBe(4);
  expect(median([])).toBeNaN();
});

test('the ratio does not change because of a round that was slow for both servers', () => {
  expect(pairedRatio([60, 600, 66], [10, 100, 10])).toEqual({ median: 6, low: 6, high: 6.6 });
  expect(pairedRatio([9, 1, 3, 2, 5], [1, 1, 1, 1, 1])).toEqual({ median: 3, low: 2, high: 5 });
  expect(() => pairedRatio([1], [1, 2])).toThrow(RangeError);
});

test('memory is flat when the last quarter is at most a tenth above the first', () => {
  expect(quarters([1, 2, 3, 4, 5, 6, 7, 8])).toEqual({ first: 1.5, last: 7.5 });
  expect(memoryVerdict([100, 100, 90, 90, 120, 80, 110, 110])).toMatchObject({ flat: true });
  expect(memoryVerdict([100, 100, 100, 100, 105, 105, 111, 111])).toMatchObject({ flat: false });
});

test('the verdict distinguishes a missed goal, a reached goal, and a reached aim', () => {
  expect(verdict(4.99, 5, 6)).toBe('missed');
  expect(verdict(5, 5, 6)).toBe('reached');
  expect(verdict(6, 5, 6)).toBe('reached, the aim too');
  expect(verdict(1, 1, undefined)).toBe('reached');
  expect(verdict(7, undefined, undefined)).toBe('');
});

const sample = {
  perSecond: 20_000,
  p50Ms: 3,
  p99Ms: 6,
  cpuMicros: 50,
  busy: 0.98,
  identityCalls: 0.01,
  socialCalls: 0.2,
  gateway: undefined,
};

const cases = (): Case[] =>
  [...new Set(GOALS.flatMap(({ subject, against }) => [subject, against]))].map((name) => ({
    name,
    work: 'uniform',
    samples: [{ ...sample, cpuMicros: name.startsWith('naive') ? 275 : 50 }],
  }));

test('the report has each ratio with its goal', () => {
  const row = comparisonReport(cases())
    .split('\n')
    .find((line) => line.includes('gateway, uniform : naive, uniform'));
  expect(row?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'gateway, uniform : naive, uniform',
    '5.50',
    '5.50 – 5.50',
    '1.00',
    '≥ 5',
    '≥ 6',
    'reached',
    '',
  ]);
});

test('the report is formatted as prettier formats Markdown, so that --write leaves a formatted page', async () => {
  const facts = { hitRate: { author: 0.99, post: undefined }, batchSize: { posts: 31.5 } };
  const [first, ...rest] = cases();
  const report = comparisonReport([
    { ...first!, samples: [{ ...sample, gateway: facts }] },
    ...rest,
  ]);
  expect(report).toContain('99.0 %');
  expect(await format(report, { parser: 'markdown' })).toBe(`${report}\n`);
});

test('fill replaces the text between the markers, and nothing else', () => {
  const page = 'a\n\n<!-- bench:compare -->\n\nold\n\n<!-- /bench:compare -->\n\nb\n';
  const filled = 'a\n\n<!-- bench:compare -->\n\nnew\n\n<!-- /bench:compare -->\n\nb\n';
  expect(fill(page, 'compare', 'new')).toBe(filled);
  expect(fill(filled, 'compare', 'new')).toBe(filled);
  expect(() => fill(page, 'memory', 'new')).toThrow('no markers for memory');
});

const metrics = (hits: number, misses: number, batches: number, ids: number) =>
  parseMetrics(`# HELP gateway_cache_lookups_total Lookups.
gateway_cache_lookups_total{cache="author",result="hit"} ${hits}
gateway_cache_lookups_total{cache="author",result="miss"} ${misses}
gateway_batch_size_sum{operation="users"} ${ids}
gateway_batch_size_count{operation="users"} ${batches}
gateway_batch_size_sum{operation="posts"} 7
gateway_batch_size_count{operation="posts"} 7
nodejs_version_info{version="v24.0.0",path="a \\"b\\", c"} 1
`);

test('hit rates and batch sizes are computed for the time between two scrapes', () => {
  expect(gatewayFacts(metrics(1000, 0, 10, 10), metrics(1090, 10, 20, 60))).toEqual({
    hitRate: { author: 0.9, post: undefined },
    batchSize: { users: 5 },
  });
});

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });

test('selfTimes counts the self time in the last milliseconds only, and no idle time', () => {
  const { functions, packages } = selfTimes(
    {
      nodes: [
        { id: 1, callFrame: frame('(idle)') },
        { id: 2, callFrame: frame('dispatch', 'file:///x/node_modules/undici/lib/pool.js') },
        { id: 3, callFrame: frame('load', 'file:///x/gateway/src/views/post/load.ts') },
        { id: 4, callFrame: frame('startUp', 'node:internal/main') },
        { id: 5, callFrame: frame('writeLatin1String') },
      ],
      samples: [4, 4, 2, 3, 1, 5, 2, 1],
      timeDeltas: [0, 5000, 5000, 1000, 2000, 4000, 500, 500],
    },
    // The last 8 ms, after the start-up.
    8,
  );
  expect(functions).toEqual([
    { name: 'load gateway/src/views/post/load.ts:10', share: 0.5 },
    { name: 'dispatch undici/lib/pool.js:10', share: 0.375 },
    { name: 'writeLatin1String', share: 0.125 },
  ]);
  expect(packages.map(({ name }) => name)).toEqual(['gateway', 'undici', 'native code']);
});

test('every server gets the same requests, for all posts', () => {
  const [first, second] = [idSequence('uniform', 3), idSequence('uniform', 3)];
  const ids = Array.from({ length: 100_000 }, () => first());
  expect(ids).toEqual(ids.map(() => second()));
  expect(new Set(ids).size).toBeGreaterThan(POSTS * 0.99);
  expect(Math.min(...ids)).toBe(1);
  expect(Math.max(...ids)).toBe(POSTS);
  const authors = new Set(ids.map((id) => stitched(id, 'complete').author?.id));
  expect(authors.size).toBe(AUTHORS);
  expect(idSequence('hot', 3)()).toBe(HOT_POST);
});

test('by Zipf’s law, the n-th post is requested n times less often than the first', () => {
  const next = idSequence('zipf', 3);
  const ids = Array.from({ length: 200_000 }, () => next());
  const timesOf = (id: number): number => ids.filter((each) => each === id).length;
  for (const rank of [2, 3, 10]) expect(timesOf(1) / timesOf(rank) / rank).toBeCloseTo(1, 0.5);
  expect(Math.min(...new Set(ids))).toBe(1);
  expect(Math.max(...new Set(ids))).toBeLessThanOrEqual(POSTS);
  // The sum of 1/n for all posts is 9.79, and for the first hundred 5.19.
  expect(ids.filter((id) => id <= 100).length / ids.length).toBeCloseTo(5.19 / 9.79, 2);
});

test('a page of a feed has 20 posts by 20 authors, newest first, and the cursor of the next page', () => {
  const { items, nextCursor } = stitchedPage(1_010);
  expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => 1_009 - i));
  expect(new Set(items.map(({ author }) => author?.id)).size).toBe(20);
  expect(nextCursor).toBe('990');
  expect(stitchedPage(21).nextCursor).toBeNull();
});

/** Returns the authors on a number of pages, with repetitions. */
function authorsOf(work: 'feed warm' | 'feed cold', pages: number): number[] {
  const nextId = idSequence(work, 3);
  return Array.from({ length: pages }, () => idsAfter(nextId()).map(authorOf)).flat();
}

test('warm feeds are by the known authors, cold feeds by others, hardly any of whom occurs twice', () => {
  const warm = authorsOf('feed warm', 5_000);
  expect(new Set(warm).size).toBe(AUTHORS);
  expect(Math.max(...new Set(warm))).toBe(AUTHORS);

  // As many authors as the gateway caches.
  const cold = authorsOf('feed cold', 5_000);
  expect(new Set(cold).size).toBeGreaterThan(0.99 * cold.length);
  expect(cold.every((id) => id > POSTS && isAuthor(id))).toBe(true);
});

test('planFrom rejects unknown and contradictory arguments', () => {
  expect(planFrom([])).toMatchObject({ part: 'compare', rounds: 9, write: false });
  expect(planFrom(['--memory', '--write'])).toMatchObject({ part: 'memory', write: true });
  expect(() => planFrom(['--fast'])).toThrow('--fast');
  expect(() => planFrom(['--profile', '--memory'])).toThrow('one at a time');
  expect(() => planFrom(['--quick', '--write'])).toThrow('--write');
  expect(() => planFrom(['--connections', '0'])).toThrow('--connections');
});

test('a complete comparison takes less than five minutes', () => {
  const { rounds, warmUpMs, measureMs, firstWarmUpMs } = planFrom([]);
  const roundMs = CASES.length * (warmUpMs + measureMs);
  expect(rounds * roundMs + CASES.length * firstWarmUpMs).toBeLessThan(4.5 * 60_000);
});
