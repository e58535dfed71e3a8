// Alerts, dashboard, README and compose file are consistent.
import { expect, test } from '@jest/globals';
import { imageEnvironment, OURS, readCompose, readText } from './support/compose.ts';
import {
  readAlerts,
  readDashboardQueries,
  readDataSources,
  readPanels,
  readVariables,
  readYaml,
} from '../gateway/ops/queries.ts';

interface ScrapeConfig {
  readonly job_name: string;
  readonly dns_sd_configs: readonly { readonly names: readonly string[]; readonly port: number }[];
}

const alerts = readAlerts();
const panels = readPanels();

test('Prometheus scrapes each replica of our services once, on its admin port', () => {
  const { scrape_configs: jobs } = readYaml('prometheus.yml') as { scrape_configs: ScrapeConfig[] };
  const targets = jobs.flatMap(({ job_name: job, dns_sd_configs: configs }) =>
    configs.map(({ names, port }) => [job, `${names.join()}:${port}`]),
  );
  const services = readCompose().services;
  expect(targets).toEqual(
    OURS.map((name) => {
      expect(services[name]?.networks).toContain('monitoring');
      return [name, `${name}:${imageEnvironment(readText(`${name}/Dockerfile`))['ADMIN_PORT']}`];
    }),
  );
});

test('every alert has a summary, an action and a severity', () => {
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  for (const { labels, annotations } of alerts) {
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^.{20,160}\.$/);
    expect(annotations.action).toMatch(/^.{40,400}\.$/);
  }
});

test('the runbook_url of every alert leads to a section of the run book, and every section has an alert', () => {
  const sections = [...readText('docs/runbook.md').matchAll(/^## (\w+)$/gm)].map(
    ([, title = '']) => title,
  );
  const all = [...alerts, ...readAlerts('objectives.yml')];
  expect(all.map(({ alert }) => alert).toSorted()).toEqual(sections.toSorted());
  for (const { alert, annotations } of all)
    expect(annotations.runbook_url).toBe(
      `https://runbooks.example/docs/runbook.md#${alert.toLowerCase()}`,
    );
});

test('the example for Alertmanager names alerts and jobs that exist, and pages go to the pager', () => {
  const text = readText('gateway/ops/alertmanager.yml');
  const named = [...text.matchAll(/alertname =~? "?([\w|]+)/g)].flatMap(([, names = '']) =>
    names.split('|'),
  );
  expect(named.length).toBeGreaterThan(8);
  const objectives = readYaml('objectives.yml') as { groups: { rules: { alert?: string }[] }[] };
  const known = new Set(
    [...alerts, ...objectives.groups.flatMap(({ rules }) => rules)].map(({ alert }) => alert),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const { scrape_configs: jobs } = readYaml('prometheus.yml') as {
    scrape_configs: { job_name: string }[];
  };
  const jobNames = jobs.map(({ job_name }) => job_name);
  for (const [, job = ''] of text.matchAll(/job = ([\w-]+)/g)) expect(jobNames).toContain(job);
  const { route, receivers } = readYaml('alertmanager.yml') as {
    route: { receiver: string; routes: { receiver: string }[] };
    receivers: { name: string }[];
  };
  const used = [route.receiver, ...route.routes.map(({ receiver }) => receiver)].sort();
  expect(used).toEqual(receivers.map(({ name }) => name).sort());
});

test('every panel that an alert or the run book names is on the dashboard', () => {
  const titles = new Set(panels.map(({ title }) => title));
  const named = [
    ...alerts
      .map(({ annotations }) => annotations.action)
      .join(' ')
      .matchAll(/"([^"]+)"/g),
    ...readText('docs/runbook.md').matchAll(/\b(?:panels?|and|row)\s_([^_]+)_/g),
  ].map(([, name = '']) => name.replaceAll(/\s+/g, ' '));
  expect(named.length).toBeGreaterThan(4);
  expect(named.filter((name) => !titles.has(name))).toEqual([]);
});

test('every panel has a description and the chosen data source, and overlaps no other panel', () => {
  const { datasources } = readYaml('grafana/provisioning/datasources/prometheus.yml') as {
    datasources: { uid: string; url: string }[];
  };
  expect(datasources.map(({ url }) => url)).toEqual(['http://prometheus:9090']);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const used = readDataSources();
  // Each query, each panel that is not a row, the annotations and the variable `instance` have a data source.
  const querying = panels.filter(({ type }) => type !== 'row');
  for (const { description } of querying) expect(description).toMatch(/^.{15,200}\.$/);
  expect(used.length).toBe(readDashboardQueries().length + querying.length + 2);
  expect(new Set(used)).toEqual(new Set(['${datasource}']));
  expect(readVariables()).toMatchObject([
    { name: 'datasource', current: { value: datasources[0]?.uid } },
    { name: 'instance', includeAll: true },
  ]);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});

test('every query of the processes is of the chosen instances; the objectives are of all gateways', () => {
  for (const { title, targets = [] } of panels)
    for (const { expr } of targets)
      expect([title, expr.match(/[{ ]instance=~"\$instance"/g)?.length ?? 0]).toEqual([
        title,
        expr.match(
          /\b(?:up|(?:gateway|http|database|identity|social|nodejs|process)_\w+)(?=\{|\b)/g,
        )?.length ?? 0,
      ]);
  expect(panels[0]?.title).toBe('Objectives');
});

test('Grafana reads dashboards from the folder that the compose file mounts', () => {
  const { providers } = readYaml('grafana/provisioning/dashboards/dashboards.yml') as {
    providers: { options: { path: string } }[];
  };
  const { volumes = [], environment = {} } = readCompose().services['grafana'] ?? {};
  expect(volumes).toContain(`./gateway/ops/grafana/dashboards:${providers[0]?.options.path}:ro`);
  expect(environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']).toBe(
    `${providers[0]?.options.path}/gateway.json`,
  );
});
