// Reading the gateway's own metrics (Prometheus' text format), before and after a piece of work. Pure, but for the fetch.

/** Series by their name and labels. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SERIES = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Comments and what is no series are passed over. */
export function parseMetrics(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const match = SERIES.exec(line);
    if (match === null) return [];
    const labels = [...(match[2] ?? '').matchAll(LABEL)].map(([, name, value]) => [name, value]);
    return [{ name: match[1]!, labels: Object.fromEntries(labels), value: Number(match[3]) }];
  });
}

/** @throws when the admin port does not answer 200. */
export async function scrape(adminUrl: string): Promise<Series[]> {
  const response = await fetch(`${adminUrl}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return parseMetrics(await response.text());
}

/** What caches and batches did between two scrapes. */
export interface GatewayFacts {
  /** Of the lookups of each cache, the share that was fresh; undefined where there were none. */
  readonly hitRate: { readonly author: number | undefined; readonly post: number | undefined };
  /** Mean ids in a batch, by operation; only those that were asked. */
  readonly batchSize: Readonly<Record<string, number>>;
}

export function gatewayFacts(before: readonly Series[], after: readonly Series[]): GatewayFacts {
  const total = (series: readonly Series[], name: string, labels: Record<string, string>) =>
    series
      .filter((one) => one.name === name)
      .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
      .reduce((sum, one) => sum + one.value, 0);
  const grown = (name: string, labels: Record<string, string>): number =>
    total(after, name, labels) - total(before, name, labels);

  const hitRate = (cache: string): number | undefined => {
    const lookups = grown('gateway_cache_lookups_total', { cache });
    if (lookups === 0) return undefined;
    return grown('gateway_cache_lookups_total', { cache, result: 'hit' }) / lookups;
  };
  const operations = after
    .filter((one) => one.name === 'gateway_batch_size_count')
    .map((one) => one.labels['operation'] ?? '');
  const batchSize = operations.flatMap((operation) => {
    const batches = grown('gateway_batch_size_count', { operation });
    return batches === 0
      ? []
      : [[operation, grown('gateway_batch_size_sum', { operation }) / batches] as const];
  });
  return {
    hitRate: { author: hitRate('author'), post: hitRate('post') },
    batchSize: Object.fromEntries(batchSize),
  };
}
