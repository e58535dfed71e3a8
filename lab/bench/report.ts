// The figures as tables: Markdown that prettier leaves as it is, for the terminal and for docs/benchmarks.md. Pure.
import type { Lane, LaneName, Sample } from './compare.ts';
import { median, pairedRatio } from '../statistics.ts';

/** What has to hold: `lane` is at least `least` times as cheap as `against`. */
export interface Goal {
  readonly lane: LaneName;
  readonly against: LaneName;
  readonly least?: number;
  readonly aim?: number;
}

export const LANE_GOALS: readonly Goal[] = [
  { lane: 'gateway, uniform', against: 'naive, uniform', least: 5, aim: 6 },
  { lane: 'gateway, uniform', against: 'floor, uniform', least: 0.6, aim: 0.8 },
  { lane: 'gateway, hot', against: 'naive, hot', least: 8, aim: 10 },
  { lane: 'gateway, hot', against: 'floor, hot' },
  { lane: 'gateway without Identity, uniform', against: 'gateway, uniform', least: 1 },
  { lane: 'gateway without post cache, uniform', against: 'naive, uniform' },
  { lane: 'gateway without post cache, uniform', against: 'floor, uniform' },
  { lane: 'gateway, feed warm', against: 'naive, feed' },
  { lane: 'gateway, feed cold', against: 'naive, feed' },
];

/** A Markdown table; the first column is text, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...body.map(line)].join('\n');
}

const mid = (lane: Lane, pick: (sample: Sample) => number): number =>
  median(lane.samples.map(pick));

const figures = (lanes: readonly Lane[]): string =>
  table([
    ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs', 'busy', 'to Identity', 'to Social'],
    ...lanes.map((lane) => [
      lane.name,
      mid(lane, (sample) => sample.perSecond).toFixed(0),
      mid(lane, (sample) => sample.p50Ms).toFixed(1),
      mid(lane, (sample) => sample.p99Ms).toFixed(1),
      mid(lane, (sample) => sample.cpuMicros).toFixed(1),
      `${(mid(lane, (sample) => sample.busy) * 100).toFixed(0)} %`,
      mid(lane, (sample) => sample.identityCalls).toFixed(3),
      mid(lane, (sample) => sample.socialCalls).toFixed(3),
    ]),
  ]);

/** The word for a ratio and its goal. */
export function verdict(ratio: number, least: number | undefined, aim: number | undefined): string {
  if (least === undefined) return '';
  if (ratio < least) return 'missed';
  return aim !== undefined && ratio >= aim ? 'reached, the aim too' : 'reached';
}

function ratios(lanes: readonly Lane[]): string {
  const lane = (name: LaneName): Lane => lanes.find((one) => one.name === name)!;
  const rows = LANE_GOALS.map(({ lane: name, against, least, aim }) => {
    const [ours, theirs] = [lane(name).samples, lane(against).samples];
    const cpu = pairedRatio(
      theirs.map((sample) => sample.cpuMicros),
      ours.map((sample) => sample.cpuMicros),
    );
    const rate = pairedRatio(
      ours.map((sample) => sample.perSecond),
      theirs.map((sample) => sample.perSecond),
    );
    return [
      `${name} : ${against}`,
      cpu.median.toFixed(2),
      `${cpu.low.toFixed(2)} – ${cpu.high.toFixed(2)}`,
      rate.median.toFixed(2),
      least === undefined ? '' : `≥ ${least}`,
      aim === undefined ? '' : `≥ ${aim}`,
      verdict(cpu.median, least, aim),
    ];
  });
  return table([
    ['', 'by CPU', 'half the rounds', 'by requests/s', 'goal', 'aim', 'verdict'],
    ...rows,
  ]);
}

/** Nothing was looked up: no rate. */
const percent = (rate: number | undefined): string =>
  rate === undefined ? '–' : `${(rate * 100).toFixed(1)} %`;

function inside(lanes: readonly Lane[]): string {
  const rows = lanes.flatMap(({ name, samples }) => {
    const facts = samples.at(-1)?.gateway;
    if (facts === undefined) return [];
    const batches = Object.entries(facts.batchSize).map(
      ([operation, mean]) => `${operation} ${mean.toFixed(1)}`,
    );
    return [
      [name, percent(facts.hitRate.author), percent(facts.hitRate.post), batches.join(', ') || '–'],
    ];
  });
  return table([['', 'author cache hits', 'post cache hits', 'mean batch'], ...rows]);
}

/** The three tables of a comparison. */
export const comparisonReport = (lanes: readonly Lane[]): string =>
  [figures(lanes), ratios(lanes), inside(lanes)].join('\n\n');

/**
 * A page with `text` between its markers `<!-- bench:name -->` and `<!-- /bench:name -->`.
 * @throws when the page has no such markers.
 */
export function fill(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  if (from === -1 || to < from) throw new Error(`the page has no place for ${name}`);
  return `${page.slice(0, from + open.length)}\n\n${text}\n\n${page.slice(to)}`;
}
