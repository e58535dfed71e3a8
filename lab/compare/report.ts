// The figures as tables: a heading and a table for each scenario, for the terminal and for docs/choosing.md. Pure.
import { table } from '../bench/report.ts';
import type { Figures } from './figures.ts';
import { SCENARIOS, type Scenario } from './plan.ts';
import type { Results } from './scenarios.ts';

const HEAD = [
  '',
  'p50 ms',
  'p99 ms',
  'with a name',
  'with the right name',
  'rename shows after, ms',
  'upstream requests',
];

/** 100 % and 0 % are told for all and none only. */
export function percent(share: number): string {
  const rounded = (share * 100).toFixed(1);
  const exact = share === 0 || share === 1;
  if (!exact && rounded === '100.0') return '99.9 %';
  if (!exact && rounded === '0.0') return '0.1 %';
  return `${exact ? share * 100 : rounded} %`;
}

/** – where nothing was renamed, "never" where the new name did not show while it was waited for. */
export function shown(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms === Infinity ? 'never' : ms.toFixed(0);
}

export const posts = (size: number): string => (size === 1 ? '1 post' : `${size} posts`);

const row = (one: Figures): string[] => [
  `${posts(one.size)}, ${one.strategy}`,
  one.p50Ms.toFixed(1),
  one.p99Ms.toFixed(1),
  percent(one.named),
  percent(one.right),
  shown(one.shownMs),
  one.attempts.toFixed(2),
];

/** Says so when answers have failed; empty when none has. */
function failures(figures: readonly Figures[]): string[] {
  const failed = figures.reduce((sum, one) => sum + one.failed, 0);
  const answers = figures.reduce((sum, one) => sum + one.answers, 0);
  return failed === 0 ? [] : [`${failed} of ${answers} answers failed, and count as nameless.`];
}

export function report(results: Results): string {
  return (Object.keys(SCENARIOS) as Scenario[])
    .flatMap((name) => {
      const rows = [HEAD].concat(results[name].map(row));
      return [`### ${SCENARIOS[name]}`, table(rows)].concat(failures(results[name]));
    })
    .join('\n\n');
}
