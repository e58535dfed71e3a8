// The alerts and panels about the user event log, the replica and the databases use only metrics that Identity and Social export.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createMetrics } from 'chassis/observability/metrics';
import { exposeServer } from 'chassis/postgres/metrics';
import {
  isOfServices,
  isSelected,
  metricsOf,
  readAlerts,
  readDashboardQueries,
  selectorsOf,
  seriesOf,
  type Series,
  unknownLabels,
  unknownMetrics,
} from '../gateway/ops/queries.ts';
import { relayMetrics } from '../identity-service/src/relay/metrics.ts';
import { startServices, type Services } from './support/in-process.ts';

jest.setTimeout(60_000);

const queries = [...readAlerts().map(({ expr }) => expr), ...readDashboardQueries()].filter(
  (query) => metricsOf(query).some(isOfServices),
);

let services: Services;
let series: Series[];
beforeAll(async () => {
  services = await startServices({ FOLLOW_LOG: 'true' });
  const texts = await Promise.all(
    [services.gateway, services.identity, services.social].map(async ({ adminUrl }) => {
      return (await fetch(`${adminUrl}/metrics`)).text();
    }),
  );
  // Identity runs a relay only with a broker.
  const relay = createMetrics();
  relayMetrics(relay);
  // These services have embedded databases, not servers.
  const server = createMetrics();
  exposeServer(server, () => ({ used: 0, idle: 0, waiting: 0, max: 10 }));
  series = [...texts, await relay.text(), await server.text()].flatMap(seriesOf);
});
afterAll(() => services.stop());

test('every metric and label of a query is exported', () => {
  expect(queries.length).toBeGreaterThan(4);
  for (const query of queries) {
    expect([query, unknownMetrics(query, series)]).toEqual([query, []]);
    expect([query, unknownLabels(query, series)]).toEqual([query, []]);
  }
});

test('every label value that a query selects is exported from the start', () => {
  const selectors = queries.flatMap(selectorsOf);
  expect(selectors.length).toBeGreaterThan(0);
  for (const selector of selectors)
    expect([selector, isSelected(selector, series)]).toEqual([selector, true]);
});
