// The objectives: their rules use only metrics that exist, and their alerts fire as promised.
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestbed } from '../test/support/testbed.ts';
import { metricsOf, OPS, readYaml, seriesOf, unknownLabels, unknownMetrics } from './queries.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
}
const rules = (readYaml('objectives.yml') as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
const alerts = rules.filter(({ alert }) => alert !== undefined);

test('every metric, label and bucket of a recording rule is exported by a gateway', async () => {
  const { request, admin } = await startTestbed();
  expect(await request('/api/posts/5')).toMatchObject({ status: 200 });
  const series = seriesOf((await admin('/metrics')).text);
  const queries = rules.filter(({ record }) => record !== undefined).map(({ expr }) => expr);
  expect(queries.length).toBe(14);
  for (const query of queries) {
    expect([query, unknownMetrics(query, series)]).toEqual([query, []]);
    expect([query, unknownLabels(query, series)]).toEqual([query, []]);
  }
  const [, bucket] = /le="([\d.]+)"/.exec(queries[0]!)!;
  const buckets = series.filter(({ name }) => name === 'http_request_duration_seconds_bucket');
  expect(buckets.map(({ labels }) => labels['le'])).toContain(bucket);
});

test('every alert uses rates that are recorded, over windows of its own', () => {
  for (const { alert, expr } of alerts) {
    const used = metricsOf(expr);
    expect([alert, used.length, used.filter((name) => !recorded.has(name))]).toEqual([
      alert,
      4,
      [],
    ]);
  }
});

test('docs/objectives.md has the alerts with their severities', () => {
  const page = readFileSync(join(OPS, '../../docs/objectives.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\w+) /gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(alerts.map(({ alert, labels }) => [alert, labels?.severity]));
});

const has = (program: string): boolean => {
  try {
    return execFileSync(program, ['--version'], { stdio: 'pipe' }).length > 0;
  } catch {
    return false;
  }
};
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: OPS, encoding: 'utf8', stdio: 'pipe' });

(has('promtool') ? describe : describe.skip)('with promtool', () => {
  test('the alerts fire for fast and slow burns, and not without traffic', () => {
    expect(run('promtool', 'test', 'rules', 'objectives.test.yml')).toContain('SUCCESS');
  });
});

(has('amtool') ? describe : describe.skip)('with amtool', () => {
  test('the example for Alertmanager is valid, and pages go to the pager', () => {
    expect(run('amtool', 'check-config', 'alertmanager.yml')).toContain('SUCCESS');
    const receiverOf = (severity: string): string =>
      run(
        'amtool',
        'config',
        'routes',
        'test',
        '--config.file=alertmanager.yml',
        `severity=${severity}`,
      );
    expect(receiverOf('page').trim()).toBe('pager');
    expect(receiverOf('ticket').trim()).toBe('tickets');
  });
});
