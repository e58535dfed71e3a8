// What `npm run nats-cluster` starts: where everybody listens, and who may join whom.
import { describe, expect, test } from '@jest/globals';
import { planServers } from '../scripts/nats/plan.ts';
import { emptyFolder } from 'chassis/testing/database';
import { describeWithNats } from 'chassis/testing/nats';
import { runScript, startSite } from './support/nats-site.ts';

const free = async (count: number): Promise<readonly number[]> =>
  Array.from({ length: count }, (_, at) => 20_000 + at);
const plan = (env: Record<string, string>) => planServers(env, '/srv/network', free);

describe('the plan', () => {
  test('is three servers, side by side, that know each other and nobody else', async () => {
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

  test('takes free ports, each once', async () => {
    const servers = await plan({ NATS_PORT: '0', NATS_DOMAIN: 'first' });
    const ports = servers.flatMap(({ config }) =>
      Array.from(config.matchAll(/listen: "[\d.]+:(\d+)"/g)),
    );
    expect(new Set(ports.map(([, port]) => port)).size).toBe(9);
  });

  test('a second place joins the first one, and no event passes between them', async () => {
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
  ])('refuses %j', async (env: Record<string, string>, message) => {
    await expect(plan(env)).rejects.toThrow(message);
  });
});

describeWithNats('the commands', () => {
  test('say what is missing, and end with 1', async () => {
    expect(await runScript('mirror', { NATS_URL: '' })).toMatchObject({
      end: 1,
      text: expect.stringContaining('NATS_URL'),
    });
    const { url } = await startSite(await emptyFolder(), { NATS_SERVERS: '1' });
    const nothing = 'There is no mirror here. Nothing was changed.\n';
    expect(await runScript('promote-mirror', { NATS_URL: url })).toEqual({ end: 1, text: nothing });
  });

  test('the servers end when they are asked to, without a word of complaint', async () => {
    const site = await startSite(await emptyFolder(), {});
    expect(await site.stop()).toEqual({ end: 0, text: expect.stringMatching(/^All stopped\.$/m) });
  });
});
