// Ten thousand requests through each of the faults that could leave something behind: nothing grows, and it heals.
import { Agent } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import * as broken from '../support/faulty-responders.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { request } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { startFakeIdentity } from 'chassis/testing/fake-identity';
import { startFakeSocial } from '../support/fake-social.ts';
import { completePost, type Population } from '../support/fixtures.ts';
import type { Responder, StubServer } from 'chassis/testing/stub-server';

const REQUESTS = 10_000;
const WARM_UP = 2_000;
const AT_ONCE = 50;
const MEGABYTE = 2 ** 20;
// Every request asks for another post by another author: nothing comes from a cache, nothing is shared.
const WORLD: Population = { posts: 100_000, authors: 100_000 };

const faults: readonly { name: string; behaviour: Responder | 'refuse' }[] = [
  { name: 'refuses connections', behaviour: 'refuse' },
  { name: 'never answers', behaviour: broken.silent },
  { name: 'stalls in its body', behaviour: broken.stalls },
  { name: 'is reset before any byte', behaviour: broken.resetsAtOnce },
  { name: 'hangs up in its body', behaviour: broken.cutsShort },
  { name: 'streams for ever', behaviour: broken.endless },
  { name: 'answers 500', behaviour: broken.status(500) },
  { name: 'sends bytes that are not HTTP', behaviour: broken.notHttp },
  { name: 'sends huge headers', behaviour: broken.hugeHeaders },
  { name: 'sends a broken gzip', behaviour: broken.brokenGzip },
];

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

/** Requests are patient, except where Social is to be too slow for them. */
async function startAll(victim: 'identity' | 'social') {
  const identity = await startFakeIdentity(WORLD.authors);
  open.push(identity.close);
  const social = await startFakeSocial(WORLD);
  open.push(social.close);
  const gateway = await startGateway({
    IDENTITY_URL: identity.url,
    SOCIAL_URL: social.url,
    AUTHOR_DEADLINE_MS: '30',
    REQUEST_DEADLINE_MS: victim === 'social' ? '60' : '10000',
    POST_TTL_MS: '0',
    LOG_LEVEL: 'info',
    UPSTREAM_MAX_BYTES: '65536',
    BREAKER_RESET_MS: '100',
  });
  open.push(gateway.stop);
  return { identity, social, gateway };
}

let nextId = 1;

/** Asks for `count` posts, AT_ONCE at a time; gives the number of answers by status. */
async function load(gateway: GatewayProcess, count: number): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true });
  const statuses = new Map<number, number>();
  let left = count;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      nextId = (nextId % WORLD.posts) + 1;
      const { status } = await request(`${gateway.url}/api/posts/${nextId}`, { agent });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  agent.destroy();
  return statuses;
}

const command = (gateway: GatewayProcess, breaker: string, word: string) =>
  request(`${gateway.adminUrl}/breakers/${breaker}/${word}`, { method: 'POST' });

async function inject(upstream: StubServer, behaviour: Responder | 'refuse'): Promise<void> {
  if (behaviour === 'refuse') await upstream.refuse();
  else upstream.respondWith(behaviour);
}

describe.each(['identity', 'social'] as const)('10,000 requests while %s', (name) => {
  test.each(faults)('$name leave nothing behind', async ({ behaviour }) => {
    const stage = await startAll(name);
    const upstream = stage[name];
    const { gateway } = stage;
    // Kept closed, so that every request really meets the fault.
    await command(gateway, name, 'close');
    await inject(upstream, behaviour);
    await load(gateway, WARM_UP);
    const heap = await gateway.heapAfterGc();
    const descriptors = gateway.descriptors();

    const statuses = await load(gateway, REQUESTS);
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(REQUESTS);
    if (name === 'identity') expect([...statuses.keys()]).toEqual([200]);
    else expect([...statuses.keys()].every((status) => status >= 502)).toBe(true);
    // Many requests share a batch, but the fault was really met all the time.
    if (behaviour !== 'refuse')
      expect(upstream.requests.length).toBeGreaterThan(REQUESTS / AT_ONCE);
    expect(gateway.exitCode()).toBeNull();
    // Room for what is remembered on purpose, and bounded: 10,000 posts' authors, metrics.
    expect((await gateway.heapAfterGc()) - heap).toBeLessThan(6 * MEGABYTE);
    expect(gateway.descriptors() - descriptors).toBeLessThan(AT_ONCE);

    upstream.respondWith();
    await upstream.accept();
    await command(gateway, name, 'auto');
    const whole = await until('it is whole again', async () => {
      const response = await request(`${gateway.url}/api/posts/5`);
      return response.headers['etag'] !== undefined && response;
    });
    expect(whole.body).toEqual(completePost(5, WORLD));
    expect(await gateway.stop()).toBe(0);
  });
});
