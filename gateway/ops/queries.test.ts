// Alerts and dashboard ask only for metrics and labels that are really exported.
import { expect, test } from '@jest/globals';
import { exported } from './exported.ts';
import { labelsOf, metricsOf, readAlerts, readDashboardQueries } from './queries.ts';

const dashboardQueries = readDashboardQueries();
const queries = [...readAlerts().map(({ expr }) => expr), ...dashboardQueries];
const base = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, '');

test('the metrics and labels of a query are found, and nothing else is taken for one', () => {
  const query =
    'sum by (part) (rate(a_total{job="b", c=~"d.*"}[5m])) / on (x) group_left () sum(e_count) > 0.5 or vector(0)';
  expect(metricsOf(query)).toEqual(['a_total', 'e_count']);
  expect(labelsOf(query)).toEqual(['job', 'c', 'part', 'x']);
});

test('every metric that an alert or a panel asks for is exported', async () => {
  const names = new Set([...(await exported()).keys(), 'up']);
  expect(queries.length).toBeGreaterThan(30);
  for (const query of queries) {
    const metrics = metricsOf(query);
    expect([query, metrics.length > 0]).toEqual([query, true]);
    expect([query, metrics.filter((metric) => !names.has(metric))]).toEqual([query, []]);
  }
});

test('every label that a query uses is one that its metrics carry', async () => {
  const labels = await exported();
  for (const query of queries) {
    const carried = new Set([
      // Prometheus itself adds these two to every series.
      'job',
      'instance',
      ...metricsOf(query).flatMap((metric) => labels.get(metric) ?? []),
    ]);
    expect([query, labelsOf(query).filter((label) => !carried.has(label))]).toEqual([query, []]);
  }
});

test('every metric of the gateway itself is on the dashboard', async () => {
  const asked = new Set(dashboardQueries.flatMap(metricsOf).map((name) => base(name)));
  const own = [...(await exported()).keys()].filter((name) => name.startsWith('gateway_'));
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((name) => !asked.has(base(name)))).toEqual([]);
});
