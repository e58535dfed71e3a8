// The plan of `npm run nats-cluster`, and the commands for a broker.
import { describe, expect, test } from '@jest/globals';
import { planServers } from '../scripts/nats/plan.ts';
import { emptyFolder } from 'chassis/testing/database';
import { describeWithNats } from 'chassis/testing/nats';
import { runScript, startSite } from './support/nats-site.ts';

const freePorts = async (count: number): Promise<readonly number[]> =>
  Array.from({ length: count }, (_, index) => 20_000 + index);
const plan = (env: Record<string, string>) => planServers(env, '/srv/network', freePorts);

describe('the plan', () => {
  test('has three servers with consecutive ports, joined to each other only', async () => {
    const servers = await plan({});
    expect(servers.map(({ url, leafUrl, dir }) => [url, leafUrl, dir])).toEqual([
      ['nats://127.0.0.1:4222', undefined, '/srv/network/.data/nats/n1'],
      ['nats://127.0.0.1:4223', undefined, '/srv/network/.data/nats/n2'],
      ['nats://127.0.0.1:4224', undefined, '/srv/network/.data/nats/n3'],
    ]);
    for (const { config } of servers) {
      expect(config).toContain(
        'routes: ["nats://127.0.0.1:6222", "nats://127.0.0.1:6223", "nats://127.0.0.1:6224"]',
      );
      expect(config).not.toMatch(/leafnodes|domain/);
    }
  });

  test('has free ports, each used once', async () => {
    const servers = await plan({ NATS_PORT: '0', NATS_DOMAIN: 'first' });
    const ports = servers.flatMap(({ config }) =>
      Array.from(config.matchAll(/listen: "[\d.]+:(\d+)"/g)),
    );
    expect(new Set(ports.map(([, port]) => port)).size).toBe(9);
  });

  test('joins a second site to the first, without passing events', async () => {
    const [server] = await plan({
      NATS_SERVERS: '1',
      NATS_PORT: '4322',
      NATS_DOMAIN: 'second',
      NATS_LEAF_OF: 'nats://127.0.0.1:7422, nats://127.0.0.1:7423',
    });
    expect(server!.leafUrl).toBeUndefined();
    expect(server!.config).toContain(
      'urls: ["nats://127.0.0.1:7422", "nats://127.0.0.1:7423"], ' +
        'deny_imports: ["user-events.>"], deny_exports: ["user-events.>"]',
    );
    expect(server!.config).not.toContain('cluster');
  });

  test.each([
    [{ NATS_DOMAIN: 'a b' }, 'NATS_DOMAIN should be a word'],
    [{ NATS_LEAF_OF: 'nats://127.0.0.1:7422' }, 'NATS_LEAF_OF needs NATS_DOMAIN'],
    [{ NATS_PORT: '65000' }, 'NATS_PORT should be at most 61532'],
    [{ NATS_SERVERS: '2' }, 'NATS_SERVERS'],
  ])('rejects %j', async (env: Record<string, string>, message) => {
    await expect(plan(env)).rejects.toThrow(message);
  });
});

describeWithNats('the commands', () => {
  test('print what is missing, and end with exit code 1', async () => {
    expect(await runScript('mirror', { NATS_URL: '' })).toMatchObject({
      end: 1,
      text: expect.stringContaining('NATS_URL'),
    });
    const { url } = await startSite(await emptyFolder(), { NATS_SERVERS: '1' });
    const text = 'There is no mirror here. Nothing was changed.\n';
    expect(await runScript('promote-mirror', { NATS_URL: url })).toEqual({ end: 1, text });
  });

  test('stop the servers on SIGTERM without an error', async () => {
    const site = await startSite(await emptyFolder(), {});
    expect(await site.stop()).toEqual({ end: 0, text: expect.stringMatching(/^All stopped\.$/m) });
  });
});
