// Reads the alerts and the dashboard, and finds the metrics, labels and selectors of PromQL queries.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from 'contracts/yaml';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly action: string;
    readonly runbook_url: string;
  };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string }[];
}

export const OPS = import.meta.dirname;
const read = (path: string): string => readFileSync(join(OPS, path), 'utf8');

export const readYaml = (path: string): unknown => parseYaml(read(path));

/** The alerts of a file of rules; rules that record are left out. */
export const readAlerts = (file = 'alerts.yml'): Alert[] =>
  (readYaml(file) as { groups: { rules: Alert[] }[] }).groups
    .flatMap(({ rules }) => rules)
    .filter(({ alert }) => alert !== undefined);

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}
const dashboard = JSON.parse(read('grafana/dashboards/gateway.json')) as Dashboard;

export const readPanels = (): readonly Panel[] => dashboard.panels;
export const readVariables = () => dashboard.templating.list;

/** The data sources of all panels, queries and annotations of the dashboard. */
export const readDataSources = (): string[] =>
  [
    ...read('grafana/dashboards/gateway.json').matchAll(/"type": "prometheus",\s+"uid": "(.*)"/g),
  ].map(([, uid = '']) => uid);

/** The queries of all panels, for all instances. */
export const readDashboardQueries = (): string[] =>
  readPanels().flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr.replaceAll('$instance', '.*')),
  );

/** The metrics that objectives.yml records, by their queries. */
const recorded = new Set(
  (readYaml('objectives.yml') as { groups: { rules: { record?: string }[] }[] }).groups.flatMap(
    ({ rules }) => rules.map(({ record }) => record),
  ),
);

const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);

/** Finds the lists of labels; their first group is the labels. */
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/** The metrics of a query: the names that remain after strings, label lists, ranges and functions are removed. */
export function metricsOf(query: string): string[] {
  const bare = query
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(GROUPING, ' ');
  const names = [...bare.matchAll(/\b([a-zA-Z_:][\w:]*)\b(?!\s*\()/g)].map(
    ([, name]) => name ?? '',
  );
  return [...new Set(names.filter((name) => !KEYWORDS.has(name)))];
}

/** Whether a metric is Identity's or Social's own, or of their databases. */
export const isOfServices = (metric: string): boolean =>
  /^(identity|social|database)_/.test(metric);

/** The labels that a query names: to select by, to group by or without, to match on or to ignore. */
export function labelsOf(query: string): string[] {
  const selected = [...query.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, name]) => name ?? '');
  const grouped = [...query.matchAll(GROUPING)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
  return [...new Set([...selected, ...grouped].filter((name) => name !== ''))];
}

export interface Selector {
  readonly metric: string;
  readonly label: string;
  readonly value: RegExp;
}

/** The selectors of a query: its matchers = and =~, each as a pattern for the complete value. */
export const selectorsOf = (query: string): Selector[] =>
  [...query.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)].flatMap(([, metric = '', matchers = '']) =>
    [...matchers.matchAll(/(\w+)\s*=~?\s*"([^"]*)"/g)].map(([, label = '', value = '']) => ({
      metric,
      label,
      value: new RegExp(`^(?:${value})$`),
    })),
  );

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The metrics of a query that no process exports and no rule records; Prometheus itself creates `up`. */
export const unknownMetrics = (query: string, series: readonly Series[]): string[] => {
  const names = new Set([...series.map(({ name }) => name), 'up']);
  return metricsOf(query).filter((metric) => !names.has(metric) && !recorded.has(metric));
};

/** The labels of a query that none of its metrics has; Prometheus itself adds `job` and `instance` to every series. */
export function unknownLabels(query: string, series: readonly Series[]): string[] {
  const metrics = metricsOf(query);
  const own = series.filter(({ name }) => metrics.includes(name));
  const known = new Set(['job', 'instance', ...own.flatMap((each) => Object.keys(each.labels))]);
  return labelsOf(query).filter((label) => !known.has(label));
}

/** Whether the selector matches a series. */
export const isSelected = (
  { metric, label, value }: Selector,
  series: readonly Series[],
): boolean => series.some(({ name, labels }) => name === metric && value.test(labels[label] ?? ''));

/** Parses Prometheus' text format. */
export const seriesOf = (text: string): Series[] =>
  text
    .split('\n')
    .filter((line) => /^[a-zA-Z_]/.test(line))
    .map((line) => {
      const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, label = '', value = '']) => [label, value])),
      };
    });
