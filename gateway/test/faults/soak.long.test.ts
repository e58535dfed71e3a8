// Ten thousand requests under each fault that could leak: memory and file descriptors stay bounded, and the gateway recovers.
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
const CONCURRENCY = 50;
const MEGABYTE = 2 ** 20;
// Every request reads another post by another author: nothing comes from a cache, nothing is shared.
const POPULATION: Population = { posts: 100_000, authors: 100_000 };

const faults: readonly { name: string; responder: Responder | 'refuse' }[] = [
  { name: 'refuses connections', responder: 'refuse' },
  { name: 'never answers', responder: broken.silent },
  { name: 'stalls in its body', responder: broken.stalls },
  { name: 'resets the connection before any byte', responder: broken.resetsAtOnce },
  { name: 'closes the connection in its body', responder: broken.cutsShort },
  { name: 'sends a body without end', responder: broken.endless },
  { name: 'answers 500', responder: broken.status(500) },
  { name: 'sends bytes that are not HTTP', responder: broken.notHttp },
  { name: 'sends huge headers', responder: broken.hugeHeaders },
  { name: 'sends a broken gzip', responder: broken.brokenGzip },
];

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

/** Starts the services. Requests have a long deadline, except where Social is the faulty upstream. */
async function startAll(victim: 'identity' | 'social') {
  const identity = await startFakeIdentity(POPULATION.authors);
  cleanups.push(identity.close);
  const social = await startFakeSocial(POPULATION);
  cleanups.push(social.close);
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
  cleanups.push(gateway.stop);
  return { identity, social, gateway };
}

let nextId = 1;

/** Requests `count` posts, CONCURRENCY at a time. @returns the number of answers by status */
async function load(gateway: GatewayProcess, count: number): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true });
  const statuses = new Map<number, number>();
  let remaining = count;
  const client = async (): Promise<void> => {
    while (remaining > 0) {
      remaining -= 1;
      nextId = (nextId % POPULATION.posts) + 1;
      const { status } = await request(`${gateway.url}/api/posts/${nextId}`, { agent });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  agent.destroy();
  return statuses;
}

const command = (gateway: GatewayProcess, breaker: string, word: string) =>
  request(`${gateway.adminUrl}/breakers/${breaker}/${word}`, { method: 'POST' });

async function inject(upstream: StubServer, responder: Responder | 'refuse'): Promise<void> {
  if (responder === 'refuse') await upstream.refuse();
  else upstream.respondWith(responder);
}

describe.each(['identity', 'social'] as const)('10,000 requests while %s', (name) => {
  test.each(faults)('$name leak no memory and no file descriptors', async ({ responder }) => {
    const running = await startAll(name);
    const upstream = running[name];
    const { gateway } = running;
    // The breaker is forced closed, so that every request meets the fault.
    await command(gateway, name, 'close');
    await inject(upstream, responder);
    await load(gateway, WARM_UP);
    const heap = await gateway.heapAfterGc();
    const descriptors = gateway.descriptors();

    const statuses = await load(gateway, REQUESTS);
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(REQUESTS);
    if (name === 'identity') expect([...statuses.keys()]).toEqual([200]);
    else expect([...statuses.keys()].every((status) => status >= 502)).toBe(true);
    // Many requests share a batch, but the upstream got requests all the time.
    if (responder !== 'refuse')
      expect(upstream.requests.length).toBeGreaterThan(REQUESTS / CONCURRENCY);
    expect(gateway.exitCode()).toBeNull();
    // Enough for the bounded caches, such as the authors of 10,000 posts, and for the metrics.
    expect((await gateway.heapAfterGc()) - heap).toBeLessThan(6 * MEGABYTE);
    // The gateway notices a moment later that the clients have closed their connections.
    await until('no descriptors leaked', () => gateway.descriptors() - descriptors < CONCURRENCY);

    upstream.respondWith();
    await upstream.accept();
    await command(gateway, name, 'auto');
    const complete = await until('the answer is complete', async () => {
      const response = await request(`${gateway.url}/api/posts/5`);
      return response.headers['etag'] !== undefined && response;
    });
    expect(complete.body).toEqual(completePost(5, POPULATION));
    expect(await gateway.stop()).toBe(0);
  });
});
