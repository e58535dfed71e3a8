// The figures as Markdown tables, formatted as prettier formats them: for the terminal and docs/benchmarks.md. Pure.
import type { Case, CaseName, Sample } from './compare.ts';
import { median, pairedRatio } from '../statistics.ts';

/** A goal: `subject` must be at least `least` times as cheap as `against`. */
export interface Goal {
  readonly subject: CaseName;
  readonly against: CaseName;
  readonly least?: number;
  readonly aim?: number;
}

export const GOALS: readonly Goal[] = [
  { subject: 'gateway, uniform', against: 'naive, uniform', least: 5, aim: 6 },
  { subject: 'gateway, uniform', against: 'floor, uniform', least: 0.6, aim: 0.8 },
  { subject: 'gateway, hot', against: 'naive, hot', least: 8, aim: 10 },
  { subject: 'gateway, hot', against: 'floor, hot' },
  { subject: 'gateway without Identity, uniform', against: 'gateway, uniform', least: 1 },
  { subject: 'gateway, uniform', against: 'gateway without post cache, uniform', least: 1 },
  { subject: 'gateway, zipf', against: 'gateway without post cache, zipf', least: 1 },
  { subject: 'gateway, hot', against: 'gateway without post cache, hot', least: 1 },
  { subject: 'gateway without post cache, uniform', against: 'naive, uniform' },
  { subject: 'gateway without post cache, uniform', against: 'floor, uniform' },
  { subject: 'gateway, feed warm', against: 'naive, feed' },
  { subject: 'gateway, feed cold', against: 'naive, feed' },
];

/** Makes a Markdown table; the first column is text, the others are numbers. */
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

const medianOf = ({ samples }: Case, pick: (sample: Sample) => number): number =>
  median(samples.map(pick));

const figures = (cases: readonly Case[]): string =>
  table([
    ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs', 'busy', 'to Identity', 'to Social'],
    ...cases.map((each) => [
      each.name,
      medianOf(each, (sample) => sample.perSecond).toFixed(0),
      medianOf(each, (sample) => sample.p50Ms).toFixed(1),
      medianOf(each, (sample) => sample.p99Ms).toFixed(1),
      medianOf(each, (sample) => sample.cpuMicros).toFixed(1),
      `${(medianOf(each, (sample) => sample.busy) * 100).toFixed(0)} %`,
      medianOf(each, (sample) => sample.identityCalls).toFixed(3),
      medianOf(each, (sample) => sample.socialCalls).toFixed(3),
    ]),
  ]);

/** Returns the verdict on a ratio; empty without a goal. */
export function verdict(ratio: number, least: number | undefined, aim: number | undefined): string {
  if (least === undefined) return '';
  if (ratio < least) return 'missed';
  return aim !== undefined && ratio >= aim ? 'reached, the aim too' : 'reached';
}

function ratios(cases: readonly Case[]): string {
  const samplesOf = (name: CaseName) => cases.find((each) => each.name === name)!.samples;
  const rows = GOALS.map(({ subject, against, least, aim }) => {
    const [ours, theirs] = [samplesOf(subject), samplesOf(against)];
    const cpu = pairedRatio(
      theirs.map((sample) => sample.cpuMicros),
      ours.map((sample) => sample.cpuMicros),
    );
    const rate = pairedRatio(
      ours.map((sample) => sample.perSecond),
      theirs.map((sample) => sample.perSecond),
    );
    return [
      `${subject} : ${against}`,
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

/** Formats a rate; undefined means that there were no lookups. */
const percent = (rate: number | undefined): string =>
  rate === undefined ? '–' : `${(rate * 100).toFixed(1)} %`;

function cacheAndBatches(cases: readonly Case[]): string {
  const rows = cases.flatMap(({ name, samples }) => {
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

/** Returns the three tables of a comparison. */
export const comparisonReport = (cases: readonly Case[]): string =>
  [figures(cases), ratios(cases), cacheAndBatches(cases)].join('\n\n');

/**
 * Returns the page with `text` between its markers `<!-- bench:name -->` and `<!-- /bench:name -->`.
 * @throws when the page has no such markers
 */
export function fill(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  if (from === -1 || to < from) throw new Error(`the page has no markers for ${name}`);
  return `${page.slice(0, from + open.length)}\n\n${text}\n\n${page.slice(to)}`;
}
