// Metrics in the Prometheus format. The only file that imports prom-client.
import { standardOutput } from './log-destination.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram };

/** Upper bounds in seconds: from the time of a cache hit to the deadline of a request. */
export const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.3, 0.5, 1, 2.5,
];

/** One series of a tally; callers increment `count` directly. */
export interface Tally {
  count: number;
}

/** One value of a metric; those of a histogram have names that end in `_bucket`, `_sum`, `_count`. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number;
}

/** The metrics of a process: makes instruments, and returns all of them as text. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels: readonly L[]): Counter<L>;
  gauge<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    read?: (gauge: Gauge<L>) => Promise<void> | void,
  ): Gauge<L>;
  /** Makes a counter of plain numbers, for code where a look-up by labels costs too much; it is read at each scrape. */
  tally<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
  ): (values: Readonly<Record<L, string>>) => Tally;
  histogram<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    buckets: readonly number[],
  ): Histogram<L>;
  readonly contentType: string;
  /** The values of one metric; none when there is no such metric. */
  read(name: string): Promise<readonly Sample[]>;
  text(): Promise<string>;
}

/** Makes metrics with a registry of their own, so that several services can run in one process, as in tests. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registry.registerMetric(
    new Counter({
      name: 'log_lines_dropped_total',
      help: 'Log lines that were dropped because their reader was too slow.',
      registers: [],
      collect() {
        this.reset();
        this.inc(standardOutput.dropped);
      },
    }),
  );
  const registers = [registry];
  return {
    counter: (name, help, labelNames) => new Counter({ name, help, labelNames, registers }),
    gauge: (name, help, labelNames, read) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        ...(read && {
          collect() {
            return read(this);
          },
        }),
      }),
    tally(name, help, labelNames) {
      const cells: { labels: Parameters<Counter['inc']>[0]; cell: Tally }[] = [];
      const counter: Counter = new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          counter.reset();
          for (const { labels, cell } of cells) counter.inc(labels as never, cell.count);
        },
      });
      return (labels) => {
        const cell = { count: 0 };
        cells.push({ labels, cell });
        return cell;
      };
    },
    histogram: (name, help, labelNames, buckets) =>
      new Histogram({ name, help, labelNames, buckets: [...buckets], registers }),
    async read(name) {
      const metric = await registry.getSingleMetric(name)?.get();
      return (metric?.values ?? []).map((each) => ({
        name: (each as { metricName?: string }).metricName ?? name,
        labels: each.labels,
        value: each.value,
      }));
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
