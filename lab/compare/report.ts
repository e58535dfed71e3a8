// The figures as text: a heading and a table for each scenario, for the terminal and docs/choosing.md. Pure.
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

/** Formats a share. Only exactly all is 100 %, and only exactly none is 0 %. */
export function percent(share: number): string {
  const rounded = (share * 100).toFixed(1);
  const exact = share === 0 || share === 1;
  if (!exact && rounded === '100.0') return '99.9 %';
  if (!exact && rounded === '0.0') return '0.1 %';
  return `${exact ? share * 100 : rounded} %`;
}

/** Formats the time until a rename showed: – without a rename, "never" when it did not show within the limit. */
export function shown(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms === Infinity ? 'never' : ms.toFixed(0);
}

export const posts = (size: number): string => (size === 1 ? '1 post' : `${size} posts`);

const row = (figures: Figures): string[] => [
  `${posts(figures.size)}, ${figures.strategy}`,
  figures.p50Ms.toFixed(1),
  figures.p99Ms.toFixed(1),
  percent(figures.named),
  percent(figures.right),
  shown(figures.shownMs),
  figures.attempts.toFixed(2),
];

/** Returns a sentence about failed answers; empty without failures. */
function failures(figures: readonly Figures[]): string[] {
  const failed = figures.reduce((sum, each) => sum + each.failed, 0);
  const answers = figures.reduce((sum, each) => sum + each.answers, 0);
  return failed === 0
    ? []
    : [`${failed} of ${answers} answers failed, and count as answers without names.`];
}

/** Makes the report. */
export function report(results: Results): string {
  return (Object.keys(SCENARIOS) as Scenario[])
    .flatMap((name) => {
      const rows = [HEAD].concat(results[name].map(row));
      return [`### ${SCENARIOS[name]}`, table(rows)].concat(failures(results[name]));
    })
    .join('\n\n');
}
