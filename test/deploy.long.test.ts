// Rolling restarts under load: no request fails, and no write happens twice.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { serverDatabase, describeOnServer, type TestDatabase } from 'chassis/testing/database';
import { startFakeIdentity } from 'chassis/testing/fake-identity';
import { freePorts } from 'chassis/testing/free-ports';
import { request } from 'chassis/testing/http-client';
import { startService, type ServiceProcess } from 'chassis/testing/process';
import { HIGH_LIMITS } from 'chassis/testing/users';
import { untilSuccess } from 'chassis/testing/until';
import type { Session } from 'contracts/types';
import { startFakeSocial } from '../gateway/test/support/fake-social.ts';
import { POPULATION } from '../gateway/test/support/fixtures.ts';
import {
  type BalancerName,
  describeWithBalancers,
  type Server,
  startBalancer,
} from './support/balancers.ts';
import { root } from './support/sources.ts';
import { contentsBy, type LoadResult, startSteadyLoad } from './support/steady-load.ts';
import { register } from './support/user-load.ts';

jest.setTimeout(300_000);

const PER_SECOND = 200;
/** Real upstreams cost more than fake ones. */
const UPSTREAMS_PER_SECOND = 100;
const ROUNDS = Number(process.env['DEPLOY_ROUNDS'] ?? 4);
const UPSTREAM_ROUNDS = 2;
/** haproxy notices within a second that a process is not ready. */
const GRACE_MS = 2_500;
/** A busy machine delays answers; that is not what these tests are about. */
const LONG_DEADLINES = { REQUEST_DEADLINE_MS: '10000', BREAKER_VOLUME: '100000' };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A process that keeps its ports when it is restarted. */
interface Restartable extends Server {
  /** Sends SIGTERM, waits for the end, starts the process again, and waits until it is ready. */
  restart(): Promise<void>;
}

async function startRestartable(
  workspace: 'gateway' | 'identity-service' | 'social-service',
  env: Readonly<Record<string, string>>,
): Promise<Restartable> {
  const [port, adminPort] = (await freePorts(2)) as [number, number];
  const settings = {
    ...HIGH_LIMITS,
    ...env,
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    SHUTDOWN_GRACE_MS: String(GRACE_MS),
    LOG_LEVEL: 'info',
  };
  let current: ServiceProcess;
  const launch = async (): Promise<void> => {
    current = await startService(join(root, workspace, 'src/main.ts'), settings);
    const isReady = async () => (await request(`${current.adminUrl}/readyz`)).status === 200;
    await untilSuccess(`${workspace} is ready`, isReady, 30_000);
  };
  cleanups.push(() => current.child.stop('SIGKILL'));
  await launch();
  return {
    port,
    adminPort,
    async restart() {
      expect(await current.child.stop('SIGTERM')).toEqual({ code: 0, stderr: '' });
      await launch();
    },
  };
}

/** Returns the address of a load balancer in front of the servers. */
async function startBalanced(name: BalancerName, servers: readonly Server[]): Promise<string> {
  const balancer = await startBalancer(name, servers, '/api/posts/5');
  cleanups.push(() => balancer.stop());
  return balancer.url;
}

/** Sends steadily while processes are restarted one after the other. Expects that nothing fails. */
async function loadDuring(
  url: string,
  session: Session,
  perSecond: number,
  processes: readonly Restartable[],
  rounds: number,
): Promise<LoadResult> {
  const load = startSteadyLoad(url, session, perSecond);
  for (let round = 0; round < rounds; round += 1)
    for (const process of processes) await process.restart();
  const result = await load.stop();
  expect(result.failures).toEqual([]);
  // Each restart takes at least a grace period.
  const seconds = (rounds * processes.length * GRACE_MS) / 1_000;
  expect(result.requests).toBeGreaterThan(perSecond * seconds);
  return result;
}

describeWithBalancers('two gateways behind a load balancer', ['haproxy', 'nginx'], () => {
  test.each(['haproxy', 'nginx'] as const)(
    'lose no request when they are restarted in turn: %s',
    async (name) => {
      const identity = await startFakeIdentity(POPULATION.authors);
      const social = await startFakeSocial();
      cleanups.push(identity.close, social.close);
      const env = { IDENTITY_URL: identity.url, SOCIAL_URL: social.url, ...LONG_DEADLINES };
      const gateways = [
        await startRestartable('gateway', env),
        await startRestartable('gateway', env),
      ];
      const url = await startBalanced(name, gateways);
      const { written } = await loadDuring(
        url,
        identity.openSession(1),
        PER_SECOND,
        gateways,
        ROUNDS,
      );
      const received = social.requests.filter(({ method }) => method === 'POST');
      expect(received.map(({ body }) => (body as { content: string }).content)).toEqual(
        expect.arrayContaining([...written]),
      );
      expect(received).toHaveLength(written.length);
    },
  );
});

describeOnServer('services behind the gateway', () => {
  describeWithBalancers('with haproxy', ['haproxy'], () => {
    let databases: readonly [TestDatabase, TestDatabase];
    beforeAll(async () => {
      databases = await Promise.all([serverDatabase(), serverDatabase()]);
    });
    afterAll(() => Promise.all(databases.map((database) => database.remove())));

    test('lose no request and double no write when two of Social and one of Identity are restarted in turn', async () => {
      const [ofIdentity, ofSocial] = databases;
      const demo = { DEMO_DATA: 'true' };
      const identity = await startRestartable('identity-service', {
        ...ofIdentity.settings,
        ...demo,
      });
      const identityUrl = `http://127.0.0.1:${identity.port}`;
      const env = { ...ofSocial.settings, ...demo, IDENTITY_URL: identityUrl };
      const socials = [
        await startRestartable('social-service', env),
        await startRestartable('social-service', env),
      ];
      const socialUrl = await startBalanced('haproxy', socials);
      const upstreams = { IDENTITY_URL: identityUrl, SOCIAL_URL: socialUrl };
      const gateway = await startRestartable('gateway', { ...upstreams, ...LONG_DEADLINES });
      const session = await register(identityUrl);
      const { written } = await loadDuring(
        `http://127.0.0.1:${gateway.port}`,
        session,
        UPSTREAMS_PER_SECOND,
        [...socials, identity],
        UPSTREAM_ROUNDS,
      );
      expect((await contentsBy(session, socialUrl)).sort()).toEqual([...written].sort());
    });
  });
});
