// The pure functions of `npm run compare`: counts, figures, tables and plots.
import { expect, test } from '@jest/globals';
import { format } from 'prettier';
import { count, emptyTallies, figuresOf, shownAfter } from '../lab/compare/figures.ts';
import { percentile } from '../lab/statistics.ts';
import { planFrom, SCENARIOS } from '../lab/compare/plan.ts';
import { bars, lengthOf } from '../lab/compare/plot.ts';
import { plots } from '../lab/compare/plots.ts';
import { percent, report, shown } from '../lab/compare/report.ts';
import type { Results } from '../lab/compare/scenarios.ts';

const results = (): Results => {
  const cells = emptyTallies().map((tally) => {
    count(tally, { tookMs: 3, failed: false, named: tally.size, right: 0 });
    return figuresOf({ ...tally, attempts: 2, shown: [30, 1_000, 20] });
  });
  return Object.fromEntries(
    Object.keys(SCENARIOS).map((name) => [name, cells]),
  ) as unknown as Results;
};

test('computes a percentile as the smallest value that enough values do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test('computes shares of posts, requests per answer, and the median of several renames', () => {
  const tally = emptyTallies().find(({ size }) => size === 20)!;
  count(tally, { tookMs: 10, failed: false, named: 20, right: 10 });
  count(tally, { tookMs: 20, failed: true, named: 0, right: 0 });
  const figures = figuresOf({ ...tally, attempts: 3, shown: [5, 900, 40] });
  expect(figures).toMatchObject({ answers: 2, failed: 1, p50Ms: 10, p99Ms: 20 });
  expect(figures).toMatchObject({ named: 0.5, right: 0.25, attempts: 1.5, shownMs: 40 });
  expect(figuresOf(tally).shownMs).toBeUndefined();
});

const looks = (...seen: [sentAt: number, old: boolean][]) =>
  seen.map(([sentAt, old]) => ({ sentAt, old }));

test('counts a rename as shown when no later answer has the old name', () => {
  expect(shownAfter(looks([110, false], [120, false]), 100)).toBe(0);
  expect(shownAfter(looks([110, true], [120, false]), 100)).toBe(20);
  expect(shownAfter(looks([140, false], [110, false], [120, true]), 100)).toBe(40);
  expect(shownAfter(looks([110, false], [120, true]), 100)).toBe(Infinity);
});

test('prints 100 % and 0 % only for exactly all and none', () => {
  expect([1, 0, 0.9999, 0.0001, 0.5].map(percent)).toEqual([
    '100 %',
    '0 %',
    '99.9 %',
    '0.1 %',
    '50.0 %',
  ]);
  expect([undefined, Infinity, 12.6].map(shown)).toEqual(['–', 'never', '13']);
});

test('prints a table for each scenario in the format of prettier, and the number of failed answers', async () => {
  const text = report(results());
  for (const title of Object.values(SCENARIOS)) expect(text).toContain(`### ${title}\n\n| `);
  expect(text).toMatch(
    /\| 20 posts, hybrid +\| +3\.0 \| +3\.0 \| +100 % \| +0 % \| +30 \| +2\.00 \|/,
  );
  expect(await format(text, { parser: 'markdown' })).toBe(`${text}\n`);
  expect(text).not.toContain('failed');
  const some = results();
  const failed = some.well.map((one) => ({ ...one, failed: 1 }));
  expect(report({ ...some, well: failed })).toContain('9 of 9 answers failed');
});

test('draws bars in proportion to the value, or to its logarithm', () => {
  expect(lengthOf(5, 20, false)).toBe(0.25);
  expect(lengthOf(10, 1_000, true)).toBeCloseTo(1 / 3);
  expect(lengthOf(0, 1_000, true)).toBe(0);
  expect(lengthOf(Infinity, 20, false)).toBe(1);
});

test('draws a bar and its text for each value, escapes texts, and supports dark mode', () => {
  const svg = bars({
    title: 'a < b & "c"',
    groups: [
      { label: 'one', values: [1, 2] },
      { label: 'two', values: [0, 4] },
    ],
    series: ['x', 'y'],
    text: (value) => `${value} ms`,
  });
  expect(svg.match(/<rect class="s\d" x="300" y="\d+" width="[\d.]+" height="12"/g)).toHaveLength(
    4,
  );
  for (const value of [0, 1, 2, 4]) expect(svg).toContain(`>${value} ms</text>`);
  expect(svg).toContain('aria-label="a &lt; b &amp; &quot;c&quot;"');
  expect(svg).toContain('prefers-color-scheme: dark');
});

test('draws a plot of every figure, and of renames only for scenarios with a rename', () => {
  const drawn = plots(results());
  expect(Object.keys(drawn)).toHaveLength(5);
  expect(drawn['names.svg']).toContain(`>${SCENARIOS.unseen}<`);
  expect(drawn['rename.svg']).toContain(`>${SCENARIOS.rename}<`);
  expect(drawn['rename.svg']).not.toContain(`>${SCENARIOS.unseen}<`);
});

test('writes nothing in a quick run, and rejects unknown arguments', () => {
  expect(planFrom([])).toMatchObject({ write: false, downMs: 30_000, stoppedMs: 10_000 });
  expect(planFrom(['--quick'])).toMatchObject({ write: false, downMs: 5_000, stoppedMs: 3_000 });
  expect(() => planFrom(['--quick', '--write'])).toThrow(TypeError);
  expect(() => planFrom(['--fast'])).toThrow('--fast');
});
