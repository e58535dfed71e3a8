// Drills: a real Prometheus watches the real system under a little load. Each fault fires its alerts, and no others; all end.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { requestJson } from 'chassis/testing/http-client';
import { embeddedDatabase } from 'chassis/testing/database';
import { freePorts } from 'chassis/testing/free-ports';
import { startNats, type TestNats } from 'chassis/testing/nats';
import { startService, type ServiceProcess } from 'chassis/testing/process';
import { until } from 'chassis/testing/until';
import { HIGH_LIMITS } from 'chassis/testing/users';
import { metricsOf, readDashboardQueries } from '../gateway/ops/queries.ts';
import { startFaultyProxy, type FaultyProxy } from './support/faulty-proxy.ts';
import { hasPrometheus, startPrometheus, type Prometheus } from './support/prometheus.ts';
import { root } from './support/sources.ts';
import { register } from './support/user-load.ts';

jest.setTimeout(180_000);

/** Five minutes on the scale of the drill, and some time for a busy machine. */
const FIRES_MS = 30_000;
const RESOLVES_MS = 60_000;
const LOAD_EVERY_MS = 100;
/** Posts of as many authors: a breaker counts the failures of one and the same thing once. */
const AUTHORS = 60;
const paths = ['/api/posts?limit=5'];

let identity: ServiceProcess;
let social: ServiceProcess;
let gateway: ServiceProcess;
let beforeIdentity: FaultyProxy;
let beforeSocial: FaultyProxy;
let nats: TestNats;
let prometheus: Prometheus;
let startIdentity: () => Promise<ServiceProcess>;
let running = true;
const ended: Promise<void>[] = [];

/** Sends a read every so many ms, without waiting for answers. */
async function load(everyMs: number, isRunning: () => boolean): Promise<void> {
  for (let count = 0; isRunning(); count += 1) {
    void fetch(gateway.url + paths[count % paths.length]).then(
      (answer) => answer.arrayBuffer(),
      () => undefined,
    );
    await pause(everyMs);
  }
}

/** Registers users, each of whom writes a post. */
async function writePosts(): Promise<void> {
  for (let count = 0; count < AUTHORS; count += 1) {
    const { accessToken } = await register(identity.url);
    const { id } = await requestJson<{ id: number }>(`${gateway.url}/api/posts`, {
      method: 'POST',
      json: { content: 'A drill.' },
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    paths.push(`/api/posts/${id}`);
  }
}

const common = { ...HIGH_LIMITS, LOG_LEVEL: 'info', DEMO_DATA: 'true' };
const startMain = (name: string, env: Readonly<Record<string, string>>) =>
  startService(join(root, name, 'src/main.ts'), { ...common, ...env });

beforeAll(async () => {
  if (!hasPrometheus()) return;
  const databases = await Promise.all([embeddedDatabase(), embeddedDatabase()]);
  const [port, adminPort] = await freePorts(2);
  nats = await startNats();
  const own = { PORT: String(port), ADMIN_PORT: String(adminPort) };
  startIdentity = () =>
    startMain('identity-service', { ...own, ...databases[0].settings, NATS_URL: nats.url });
  identity = await startIdentity();
  beforeIdentity = await startFaultyProxy(identity.url);
  social = await startMain('social-service', {
    ...databases[1].settings,
    IDENTITY_URL: identity.url,
  });
  beforeSocial = await startFaultyProxy(social.url);
  gateway = await startMain('gateway', {
    WEB: 'off',
    IDENTITY_URL: beforeIdentity.url,
    SOCIAL_URL: beforeSocial.url,
    MAX_IN_FLIGHT: '50',
    // Names are scaledQuery for all the time.
    AUTHOR_TTL_MS: '100',
    POST_TTL_MS: '0',
  });
  await until('Social is ready', async () => (await fetch(`${social.adminUrl}/readyz`)).ok, 60_000);
  prometheus = await startPrometheus(
    {
      gateway: gateway.adminUrl,
      'identity-service': identity.adminUrl,
      'social-service': social.adminUrl,
    },
    (rule) => {
      // Slow burns last for hours after a fault; objectives.test.yml has them. Other work on this machine makes lag. A breaker
      // keeps its own times, so it flaps on the scale of the drill.
      if (/BurnSlow|EventLoopLag|BreakerFlapping/.test(rule.alert ?? '')) return undefined;
      const isBurn = /BurnFast/.test(rule.alert ?? '');
      // Late is what takes longer than a second: this machine is busy. Of two pairs of windows the drill has the short one.
      const expr = rule.expr.replaceAll('le="0.3"', 'le="1"');
      return { ...rule, expr: isBurn ? expr.split(' or (')[0]! : expr };
    },
  );
  await writePosts();
  ended.push(load(LOAD_EVERY_MS, () => running));
});
afterAll(async () => {
  running = false;
  await Promise.all(ended);
  beforeIdentity?.close();
  beforeSocial?.close();
  await nats?.remove();
});

const quiet = (): Promise<true> =>
  until(
    'all processes are up and no alert fires',
    async () => (await prometheus.processesUp()) === 3 && (await prometheus.firing()).length === 0,
    RESOLVES_MS,
  ).catch(async (error: unknown) => {
    throw new Error(`${String(error)}: ${(await prometheus.firing()).join(', ')}`);
  });

interface Drill {
  readonly fault: string;
  /** The alerts that must fire. */
  readonly fires: readonly string[];
  /** Alerts that may fire, too: consequences, which alertmanager.yml silences, or which depend on the moment. */
  readonly mayFire?: readonly string[];
  readonly begin: () => unknown;
  readonly end: () => unknown;
}

/** What alertmanager.yml silences while Identity is down. */
const ECHOES = ['LogLag', 'CopyLag', 'CopyBreakerOpen', 'RelayBehind'];

const drills: readonly Drill[] = [
  {
    fault: 'Identity is killed',
    fires: ['TargetDown identity-service', 'BreakerOpen identity', 'CompleteBurnFast'],
    mayFire: ECHOES,
    begin: () => identity.child.stop('SIGKILL'),
    end: async () => (identity = await startIdentity()),
  },
  {
    fault: 'Identity is frozen',
    fires: ['TargetDown identity-service', 'BreakerOpen identity', 'CompleteBurnFast'],
    mayFire: ECHOES,
    begin: () => identity.child.process.kill('SIGSTOP'),
    end: () => identity.child.process.kill('SIGCONT'),
  },
  {
    fault: 'Identity is slow',
    fires: ['BreakerOpen identity', 'CompleteBurnFast'],
    mayFire: ECHOES,
    begin: () => beforeIdentity.fault({ delayMs: 1_500 }),
    end: () => beforeIdentity.fault({}),
  },
  {
    fault: 'Social answers 500',
    fires: ['AnswersBurnFast', 'BreakerOpen social'],
    mayFire: ['CopyBreakerOpen', 'CompleteBurnFast'],
    begin: () => beforeSocial.fault({ status: 500 }),
    end: () => beforeSocial.fault({}),
  },
  {
    fault: 'the broker stops',
    fires: ['RelayBehind'],
    async begin() {
      await nats.servers[0]!.kill();
      await register(identity.url);
    },
    end: () => nats.servers[0]!.restart(),
  },
  {
    fault: 'load exceeds capacity',
    fires: ['AnswersBurnFast', 'OverloadRejections'],
    mayFire: ['CompleteBurnFast'],
    begin() {
      beforeSocial.fault({ delayMs: 250 });
      overloaded = true;
      ended.push(load(3, () => overloaded));
    },
    end() {
      overloaded = false;
      beforeSocial.fault({});
    },
  },
];
let overloaded = false;

/** Series that only a service with a database server has. */
const OF_SERVERS = /^database_(connections|connections_max|waiting|failures_total)$/;

(hasPrometheus() ? describe : describe.skip)('with a real Prometheus', () => {
  test('no alert fires under a little load', async () => {
    await quiet();
    await pause(5_000);
    expect(await prometheus.firing()).toEqual([]);
  });

  test.each(drills)('$fault: $fires, and no other', async ({ fires, mayFire = [], begin, end }) => {
    const seen = new Set<string>();
    const look = async (): Promise<void> => {
      for (const alert of await prometheus.firing()) seen.add(alert);
    };
    await begin();
    try {
      await until(
        `${fires.join(', ')} fire`,
        async () => {
          await look();
          return fires.every((alert) => seen.has(alert));
        },
        FIRES_MS,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}; seen: ${[...seen].join(', ')}`);
      });
    } finally {
      await end();
    }
    await quiet();
    expect([...seen].filter((alert) => ![...fires, ...mayFire].includes(alert))).toEqual([]);
  });

  test('every query of the dashboard has returned data', async () => {
    for (const query of readDashboardQueries()) {
      if (metricsOf(query).some((metric) => OF_SERVERS.test(metric))) continue;
      const scaledQuery = query.replaceAll('$__rate_interval', '5s');
      expect([scaledQuery, await prometheus.hasData(scaledQuery)]).toEqual([scaledQuery, true]);
    }
  });
});
