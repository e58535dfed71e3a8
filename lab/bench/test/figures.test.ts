import { expect, test } from '@jest/globals';
import { format } from 'prettier';
import { LANES, type Lane } from '../compare.ts';
import { memoryVerdict } from '../memory.ts';
import { planFrom } from '../plan.ts';
import { selfTimes } from '../profile.ts';
import { comparisonReport, fill, LANE_GOALS, verdict } from '../report.ts';
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

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 3, 5])).toBe(4);
  expect(median([])).toBeNaN();
});

test('a round that was slow for both does not change the ratio', () => {
  expect(pairedRatio([60, 600, 66], [10, 100, 10])).toEqual({ median: 6, low: 6, high: 6.6 });
  expect(pairedRatio([9, 1, 3, 2, 5], [1, 1, 1, 1, 1])).toEqual({ median: 3, low: 2, high: 5 });
  expect(() => pairedRatio([1], [1, 2])).toThrow(RangeError);
});

test('memory is flat while the last quarter is at most a tenth above the first', () => {
  expect(quarters([1, 2, 3, 4, 5, 6, 7, 8])).toEqual({ first: 1.5, last: 7.5 });
  expect(memoryVerdict([100, 100, 90, 90, 120, 80, 110, 110])).toMatchObject({ flat: true });
  expect(memoryVerdict([100, 100, 100, 100, 105, 105, 111, 111])).toMatchObject({ flat: false });
});

test('a goal is missed below it, reached at it, and the aim is told apart', () => {
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

const lanes = (): Lane[] =>
  [...new Set(LANE_GOALS.flatMap(({ lane, against }) => [lane, against]))].map((name) => ({
    name,
    work: 'uniform',
    samples: [{ ...sample, cpuMicros: name.startsWith('naive') ? 275 : 50 }],
  }));

test('the report tells each ratio against its goal', () => {
  const row = comparisonReport(lanes())
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

test('the report is Markdown as prettier writes it, so that --write leaves a well-formed page', async () => {
  const facts = { hitRate: { author: 0.99, post: undefined }, batchSize: { posts: 31.5 } };
  const [first, ...rest] = lanes();
  const report = comparisonReport([
    { ...first!, samples: [{ ...sample, gateway: facts }] },
    ...rest,
  ]);
  expect(report).toContain('99.0 %');
  expect(await format(report, { parser: 'markdown' })).toBe(`${report}\n`);
});

test('figures replace what stood between their markers, and nothing else', () => {
  const page = 'a\n\n<!-- bench:compare -->\n\nold\n\n<!-- /bench:compare -->\n\nb\n';
  const filled = 'a\n\n<!-- bench:compare -->\n\nnew\n\n<!-- /bench:compare -->\n\nb\n';
  expect(fill(page, 'compare', 'new')).toBe(filled);
  expect(fill(filled, 'compare', 'new')).toBe(filled);
  expect(() => fill(page, 'memory', 'new')).toThrow('no place for memory');
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

test('hit rates and batch sizes are those between two scrapes, not those since the start', () => {
  expect(gatewayFacts(metrics(1000, 0, 10, 10), metrics(1090, 10, 20, 60))).toEqual({
    hitRate: { author: 0.9, post: undefined },
    batchSize: { users: 5 },
  });
});

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });

test('a profile counts self time of the last part only, and no idle time', () => {
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
    // The last 8 ms: after the start-up.
    8,
  );
  expect(functions).toEqual([
    { what: 'load gateway/src/views/post/load.ts:10', share: 0.5 },
    { what: 'dispatch undici/lib/pool.js:10', share: 0.375 },
    { what: 'writeLatin1String', share: 0.125 },
  ]);
  expect(packages.map(({ what }) => what)).toEqual(['gateway', 'undici', 'native code']);
});

test('every server is asked the same questions, over all the posts', () => {
  const [one, other] = [idSequence('uniform', 3), idSequence('uniform', 3)];
  const ids = Array.from({ length: 100_000 }, () => one());
  expect(ids).toEqual(ids.map(() => other()));
  expect(new Set(ids).size).toBeGreaterThan(POSTS * 0.99);
  expect(Math.min(...ids)).toBe(1);
  expect(Math.max(...ids)).toBe(POSTS);
  const authors = new Set(ids.map((id) => stitched(id, 'whole').author?.id));
  expect(authors.size).toBe(AUTHORS);
  expect(idSequence('hot', 3)()).toBe(HOT_POST);
});

test('a page of a feed holds 20 posts by 20 authors, newest first, and names the next page', () => {
  const { items, nextCursor } = stitchedPage(1_010);
  expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => 1_009 - i));
  expect(new Set(items.map(({ author }) => author?.id)).size).toBe(20);
  expect(nextCursor).toBe('990');
  expect(stitchedPage(21).nextCursor).toBeNull();
});

/** All authors on so many pages, with their repetitions. */
function authorsOf(work: 'feed warm' | 'feed cold', pages: number): number[] {
  const next = idSequence(work, 3);
  return Array.from({ length: pages }, () => idsAfter(next()).map(authorOf)).flat();
}

test('warm feeds are by the known authors, cold ones by others, hardly one of them met twice', () => {
  const warm = authorsOf('feed warm', 5_000);
  expect(new Set(warm).size).toBe(AUTHORS);
  expect(Math.max(...new Set(warm))).toBe(AUTHORS);

  // As many as the gateway remembers.
  const cold = authorsOf('feed cold', 5_000);
  expect(new Set(cold).size).toBeGreaterThan(0.99 * cold.length);
  expect(cold.every((id) => id > POSTS && isAuthor(id))).toBe(true);
});

test('what the command line does not know, or what does not go together, is refused', () => {
  expect(planFrom([])).toMatchObject({ part: 'compare', rounds: 11, write: false });
  expect(planFrom(['--memory', '--write'])).toMatchObject({ part: 'memory', write: true });
  expect(() => planFrom(['--fast'])).toThrow('--fast');
  expect(() => planFrom(['--profile', '--memory'])).toThrow('one at a time');
  expect(() => planFrom(['--quick', '--write'])).toThrow('--write');
  expect(() => planFrom(['--connections', '0'])).toThrow('--connections');
});

test('the whole comparison takes less than five minutes', () => {
  const { rounds, warmUpMs, measureMs, firstWarmUpMs } = planFrom([]);
  const eachRound = LANES.length * (warmUpMs + measureMs);
  expect(rounds * eachRound + LANES.length * firstWarmUpMs).toBeLessThan(4.5 * 60_000);
});
