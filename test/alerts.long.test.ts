// The alerts about the log and the copy ask only for what Identity and Social really export.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createMetrics } from 'chassis/metrics';
import {
  isOfOthers,
  labelsOf,
  metricsOf,
  readAlerts,
  selectorsOf,
  seriesOf,
  type Series,
} from '../gateway/ops/queries.ts';
import { relayMetrics } from '../identity-service/src/relay-metrics.ts';
import { startNetwork, type Network } from './support/network.ts';

jest.setTimeout(60_000);

const queries = readAlerts()
  .map(({ expr }) => expr)
  .filter((query) => metricsOf(query).some(isOfOthers));

let network: Network;
let series: Series[];
beforeAll(async () => {
  network = await startNetwork();
  const said = await Promise.all(
    [network.identity, network.social].map(async ({ adminUrl }) => {
      return (await fetch(`${adminUrl}/metrics`)).text();
    }),
  );
  // Only with a broker there is a relay.
  const relay = createMetrics();
  relayMetrics(relay);
  series = [...said, await relay.text()].flatMap(seriesOf);
});
afterAll(() => network.stop());

test('every metric is exported, and every label of a query is one that it carries', () => {
  const names = new Set(series.map(({ name }) => name));
  expect(queries.length).toBeGreaterThan(4);
  for (const query of queries) {
    const metrics = metricsOf(query);
    expect([query, metrics.filter((metric) => !names.has(metric))]).toEqual([query, []]);
    const own = series.filter(({ name }) => metrics.includes(name));
    // Prometheus itself adds these two.
    const carried = new Set(['job', 'instance', ...own.flatMap((one) => Object.keys(one.labels))]);
    expect([query, labelsOf(query).filter((label) => !carried.has(label))]).toEqual([query, []]);
  }
});

test('every value that a query selects is there from the start', () => {
  const selectors = queries.flatMap(selectorsOf);
  expect(selectors.length).toBeGreaterThan(0);
  for (const { metric, label, value } of selectors) {
    const values = series.filter(({ name }) => name === metric).map((s) => s.labels[label] ?? '');
    expect([metric, label, values.some((each) => value.test(each))]).toEqual([metric, label, true]);
  }
});
