// Alerts and dashboard use only metrics that the gateway exports. test/alerts.long.test.ts checks the services' metrics.
import { expect, test } from '@jest/globals';
import { startTestbed } from '../test/support/testbed.ts';
import {
  isOfServices,
  isSelected,
  labelsOf,
  metricsOf,
  readAlerts,
  readDashboardQueries,
  selectorsOf,
  seriesOf,
  type Series,
  unknownLabels,
  unknownMetrics,
} from './queries.ts';

const dashboardQueries = readDashboardQueries();
const queries = [...readAlerts().map(({ expr }) => expr), ...dashboardQueries].filter(
  (query) => !metricsOf(query).some(isOfServices),
);
const base = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, '');

/** The series of a gateway that has answered a request. */
async function exported(): Promise<Series[]> {
  const { request, admin } = await startTestbed({ env: { FOLLOW_LOG: 'true' } });
  expect(await request('/api/posts/5')).toMatchObject({ status: 200 });
  return seriesOf((await admin('/metrics')).text);
}

test('finds exactly the metrics, labels and selectors of a query', () => {
  const query =
    'sum by (part) (rate(a_total{job="b", c=~"d.*"}[5m])) / on (x) group_left () sum(e_count) > 0.5 or vector(0)';
  expect(metricsOf(query)).toEqual(['a_total', 'e_count']);
  expect(labelsOf(query)).toEqual(['job', 'c', 'part', 'x']);
  expect(
    labelsOf('sum without (v, w) (a) * ignoring (x) group_right (y) b * on (z) group_left (u) c'),
  ).toEqual(['v', 'w', 'x', 'y', 'z', 'u']);
  expect(selectorsOf(query)).toEqual([
    { metric: 'a_total', label: 'job', value: /^(?:b)$/ },
    { metric: 'a_total', label: 'c', value: /^(?:d.*)$/ },
  ]);
});

test('every metric in a query of an alert or a panel is exported', async () => {
  const series = await exported();
  expect(queries.length).toBeGreaterThan(30);
  for (const query of queries) {
    expect([query, metricsOf(query).length > 0]).toEqual([query, true]);
    expect([query, unknownMetrics(query, series)]).toEqual([query, []]);
  }
});

test('every label in a query is a label of its metrics', async () => {
  const series = await exported();
  for (const query of queries) expect([query, unknownLabels(query, series)]).toEqual([query, []]);
});

test("every label value that a query selects from the gateway's own metrics exists from the start", async () => {
  const series = await exported();
  const selectors = queries
    .flatMap(selectorsOf)
    .filter(({ metric }) => metric.startsWith('gateway_'));
  expect(selectors.length).toBeGreaterThan(5);
  for (const selector of selectors)
    expect([selector, isSelected(selector, series)]).toEqual([selector, true]);
});

test('every metric of the gateway itself is on the dashboard', async () => {
  const queried = new Set(dashboardQueries.flatMap(metricsOf).map(base));
  const names = (await exported()).map(({ name }) => name);
  const own = [...new Set(names)].filter((name) => /^(gateway|http)_/.test(name));
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((name) => !queried.has(base(name)))).toEqual([]);
});
