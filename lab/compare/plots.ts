// The plots of docs/choosing.md. Pure.
import type { Figures } from './figures.ts';
import { bars } from './plot.ts';
import { SCENARIOS, STRATEGIES, type Scenario } from './plan.ts';
import { percent } from './report.ts';
import type { Results } from './scenarios.ts';

/** The number of posts in a request that the plots show. */
const SIZE = 20;
const allScenarios = Object.keys(SCENARIOS) as Scenario[];
const renames: readonly Scenario[] = ['rename', 'stopped'];

const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;

/** Returns the SVG texts by file name. */
export function plots(results: Results): Readonly<Record<string, string>> {
  const groups = (scenarios: readonly Scenario[], pick: (figures: Figures) => number) =>
    scenarios.map((name) => ({
      label: SCENARIOS[name],
      values: STRATEGIES.map((strategy) =>
        pick(
          results[name].find((figures) => figures.strategy === strategy && figures.size === SIZE)!,
        ),
      ),
    }));
  const draw = (
    title: string,
    scenarios: readonly Scenario[],
    pick: (figures: Figures) => number,
    text: (value: number) => string,
    log = false,
  ): string => bars({ title, groups: groups(scenarios, pick), series: STRATEGIES, text, log });
  return {
    'names.svg': draw(
      'Share of posts with the right name, 20 posts a request',
      allScenarios,
      (figures) => figures.right,
      percent,
    ),
    'latency-p50.svg': draw(
      'Latency, p50, 20 posts a request (logarithmic)',
      allScenarios,
      (figures) => figures.p50Ms,
      ms,
      true,
    ),
    'latency-p99.svg': draw(
      'Latency, p99, 20 posts a request (logarithmic)',
      allScenarios,
      (figures) => figures.p99Ms,
      ms,
      true,
    ),
    'rename.svg': draw(
      'How long until a rename shows, 20 posts a request (logarithmic)',
      renames,
      (figures) => figures.shownMs ?? NaN,
      (value) => (value === Infinity ? 'never' : ms(value)),
      true,
    ),
    'requests.svg': draw(
      'Upstream requests for each answer, 20 posts a request',
      allScenarios,
      (figures) => figures.attempts,
      (value) => value.toFixed(2),
    ),
  };
}
