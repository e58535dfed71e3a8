// Which plots docs/choosing.md shows, by the names of their files. Pure.
import type { Figures } from './figures.ts';
import { bars } from './plot.ts';
import { SCENARIOS, STRATEGIES, type Scenario } from './plan.ts';
import { percent } from './report.ts';
import type { Results } from './scenarios.ts';

/** The size that plots are about. */
const SIZE = 20;
const all = Object.keys(SCENARIOS) as Scenario[];
const renames: readonly Scenario[] = ['rename', 'stopped'];

const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;

export function plots(results: Results): Readonly<Record<string, string>> {
  const groups = (scenarios: readonly Scenario[], pick: (one: Figures) => number) =>
    scenarios.map((name) => ({
      label: SCENARIOS[name],
      values: STRATEGIES.map((strategy) =>
        pick(results[name].find((one) => one.strategy === strategy && one.size === SIZE)!),
      ),
    }));
  const draw = (
    title: string,
    scenarios: readonly Scenario[],
    pick: (one: Figures) => number,
    text: (value: number) => string,
    log = false,
  ): string => bars({ title, groups: groups(scenarios, pick), series: STRATEGIES, text, log });
  return {
    'names.svg': draw(
      'Share of posts with the right name, 20 posts a request',
      all,
      (one) => one.right,
      percent,
    ),
    'latency-p50.svg': draw(
      'Latency, p50, 20 posts a request (logarithmic)',
      all,
      (one) => one.p50Ms,
      ms,
      true,
    ),
    'latency-p99.svg': draw(
      'Latency, p99, 20 posts a request (logarithmic)',
      all,
      (one) => one.p99Ms,
      ms,
      true,
    ),
    'rename.svg': draw(
      'How long until a rename shows, 20 posts a request (logarithmic)',
      renames,
      (one) => one.shownMs ?? NaN,
      (value) => (value === Infinity ? 'never' : ms(value)),
      true,
    ),
    'requests.svg': draw(
      'Upstream requests for each answer, 20 posts a request',
      all,
      (one) => one.attempts,
      (value) => value.toFixed(2),
    ),
  };
}
