// Checks the configuration, the alerts and the dashboard's queries with Prometheus' own tool.
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPS, readAlerts, readDashboardQueries, readYaml } from './queries.ts';

const alerts = readAlerts();
const dashboardQueries = readDashboardQueries();

const promtool = (...args: string[]): string =>
  execFileSync('promtool', args, { cwd: OPS, encoding: 'utf8', stdio: 'pipe' });

const hasPromtool = (): boolean => {
  try {
    return promtool('--version').length > 0;
  } catch {
    return false;
  }
};

(hasPromtool() ? describe : describe.skip)('with promtool', () => {
  test("Prometheus' configuration and its alerts are valid", () => {
    // promtool looks for every file that the configuration names.
    const directory = mkdtempSync(join(tmpdir(), 'prometheus-'));
    try {
      const file = join(directory, 'prometheus.yml');
      const text = readFileSync(join(OPS, 'prometheus.yml'), 'utf8');
      writeFileSync(file, text.replaceAll('/run/secrets/', `${directory}/`));
      writeFileSync(join(directory, 'admin_read_token'), '');
      for (const rules of ['alerts.yml', 'objectives.yml'])
        cpSync(join(OPS, rules), join(directory, rules));
      expect(promtool('check', 'config', file)).toContain(`${alerts.length} rules found`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('every alert fires when it should, and only then', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
    const { tests } = readYaml('alerts.test.yml') as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const cases = tests.flatMap(({ alert_rule_test: rules }) => rules);
    for (const { alert } of alerts) {
      const expected = cases.filter(({ alertname }) => alertname === alert);
      expect([alert, expected.some(({ exp_alerts: fired }) => fired.length > 0)]).toEqual([
        alert,
        true,
      ]);
      expect([alert, expected.some(({ exp_alerts: fired }) => fired.length === 0)]).toEqual([
        alert,
        true,
      ]);
    }
  });

  test('every query of the dashboard is valid PromQL', () => {
    const rules = dashboardQueries.map((query, i) => ({
      record: `query_${i}`,
      expr: query.replaceAll('$__rate_interval', '1m'),
    }));
    const directory = mkdtempSync(join(tmpdir(), 'queries-'));
    try {
      const file = join(directory, 'rules.json');
      // JSON is YAML.
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      expect(promtool('check', 'rules', file)).toContain(`${rules.length} rules found`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
