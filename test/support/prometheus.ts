// A real Prometheus with our alerts, on a shorter scale of time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from 'chassis/testing/free-ports';
import { start } from 'chassis/testing/process';
import { until } from 'chassis/testing/until';
import { readYaml } from '../../gateway/ops/queries.ts';

/** A minute of the rules is two seconds here. */
export const SCALE = 30;
const UNIT_S = { m: 60, h: 3_600, d: 86_400 } as const;

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
}
interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** Divides each duration in a text, such as 5m, by SCALE. Names such as ratio_rate5m stay. */
export const scaled = (text: string): string =>
  text.replaceAll(/\b(\d+)([mhd])\b/g, (_, count: string, unit: keyof typeof UNIT_S) => {
    return `${Math.max(1, Math.round((Number(count) * UNIT_S[unit]) / SCALE))}s`;
  });

/** The rules of a file on the shorter scale. @param change of each rule; undefined leaves it out */
function scaledRules(file: string, change: (rule: Rule) => Rule | undefined): Rules {
  const { groups } = readYaml(file) as Rules;
  const rules = (all: readonly Rule[]) =>
    all
      .flatMap((rule) => change(rule) ?? [])
      .map((rule) =>
        Object.assign({}, rule, {
          expr: scaled(rule.expr),
          ...(rule.for !== undefined && { for: scaled(rule.for) }),
        }),
      );
  return {
    groups: groups.map((group) => Object.assign({}, group, { rules: rules(group.rules) })),
  };
}

export const hasPrometheus = (): boolean => {
  try {
    return execFileSync('prometheus', ['--version'], { stdio: 'pipe' }).length >= 0;
  } catch {
    return false;
  }
};

export interface Prometheus {
  /** The number of processes that answered the last scrape. */
  processesUp(): Promise<number>;
  /** The alerts that fire now, such as `BreakerOpen identity`: name, and upstream or job. */
  firing(): Promise<string[]>;
  /** Whether a query had a result since the start. */
  hasData(query: string): Promise<boolean>;
}

type Answer = { data: { alerts: Alert[]; result: unknown[] } };
type Alert = { state: string; labels: Record<string, string> };

/** Starts Prometheus. It reads each admin port every second, by the name of its job. It is stopped after the test file. */
export async function startPrometheus(
  jobs: Readonly<Record<string, string>>,
  change: (rule: Rule) => Rule | undefined,
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const write = (name: string, content: object): void =>
    writeFileSync(join(folder, name), JSON.stringify(content));
  const files = ['objectives.yml', 'alerts.yml'];
  for (const file of files) write(file, scaledRules(file, change));
  write('prometheus.yml', {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: files,
    scrape_configs: Object.entries(jobs).map(([job_name, adminUrl]) => ({
      job_name,
      static_configs: [{ targets: [new URL(adminUrl).host] }],
    })),
  });
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const args = ['--config.file', join(folder, 'prometheus.yml'), '--log.level', 'error'];
  args.push('--storage.tsdb.path', join(folder, 'data'), '--web.listen-address', url.slice(7));
  const child = start('prometheus', args, { env: { PATH: process.env['PATH'] } });
  const startedAt = Date.now() / 1000;
  const get = async (path: string): Promise<Answer> => {
    const answer = await fetch(`${url}/api/v1/${path}`);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}\n${child.output()}`);
    return (await answer.json()) as Answer;
  };
  await until(
    'Prometheus answers',
    () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    60_000,
  );
  return {
    async processesUp() {
      const { data } = await get(`query?${new URLSearchParams({ query: 'sum(up)' }).toString()}`);
      const [first] = data.result as { value: [number, string] }[];
      return Number(first?.value[1] ?? 0);
    },
    async firing() {
      const { data } = await get('alerts');
      return data.alerts
        .filter(({ state }) => state === 'firing')
        .map(({ labels: { alertname = '', upstream, job } }) =>
          [alertname, upstream ?? job ?? ''].join(' ').trim(),
        );
    },
    async hasData(query) {
      const range = { query, start: String(startedAt), end: String(Date.now() / 1000), step: '2' };
      return (
        (await get(`query_range?${new URLSearchParams(range).toString()}`)).data.result.length > 0
      );
    },
  };
}
