// Reads the gateway's metrics (Prometheus' text format) before and after a measurement. Pure, except for the fetch.

/** One series: its name, labels and value. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SERIES = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Parses the series; skips comments and all other lines. */
export function parseMetrics(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const match = SERIES.exec(line);
    if (match === null) return [];
    const labels = [...(match[2] ?? '').matchAll(LABEL)].map(([, name, value]) => [name, value]);
    return [{ name: match[1]!, labels: Object.fromEntries(labels), value: Number(match[3]) }];
  });
}

/** Reads the metrics. @throws when the admin port does not answer with a 200 */
export async function scrape(adminUrl: string): Promise<Series[]> {
  const response = await fetch(`${adminUrl}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return parseMetrics(await response.text());
}

/** Facts about caches and batches between two scrapes. */
export interface GatewayFacts {
  /** The share of fresh values in the lookups of each cache; undefined without lookups. */
  readonly hitRate: { readonly author: number | undefined; readonly post: number | undefined };
  /** The mean number of ids in a batch, by operation; only operations that sent batches. */
  readonly batchSize: Readonly<Record<string, number>>;
}

/** Computes the facts from the metrics before and after. */
export function gatewayFacts(before: readonly Series[], after: readonly Series[]): GatewayFacts {
  const total = (series: readonly Series[], name: string, labels: Record<string, string>) =>
    series
      .filter((each) => each.name === name)
      .filter((each) => Object.entries(labels).every(([key, value]) => each.labels[key] === value))
      .reduce((sum, each) => sum + each.value, 0);
  const increase = (name: string, labels: Record<string, string>): number =>
    total(after, name, labels) - total(before, name, labels);

  const hitRate = (cache: string): number | undefined => {
    const lookups = increase('gateway_cache_lookups_total', { cache });
    if (lookups === 0) return undefined;
    return increase('gateway_cache_lookups_total', { cache, result: 'hit' }) / lookups;
  };
  const operations = after
    .filter((each) => each.name === 'gateway_batch_size_count')
    .map((each) => each.labels['operation'] ?? '');
  const batchSize = operations.flatMap((operation) => {
    const batches = increase('gateway_batch_size_count', { operation });
    return batches === 0
      ? []
      : [[operation, increase('gateway_batch_size_sum', { operation }) / batches] as const];
  });
  return {
    hitRate: { author: hitRate('author'), post: hitRate('post') },
    batchSize: Object.fromEntries(batchSize),
  };
}
