import { afterAll, expect, test } from '@jest/globals';
import { schemaGuard } from 'contracts/guard';
import { Fleet, LONG_DEADLINE, type Server } from '../fleet.ts';
import { signingKey } from 'chassis/testing/tokens';
import { accessToken } from 'contracts/tokens';
import { AUTHORS, PAGE, stitchedPage, targetOf, type Work } from '../fixtures.ts';

let fleet: Fleet | undefined;
const startedFleet = async (): Promise<Fleet> => (fleet ??= await Fleet.start());
afterAll(() => fleet?.stop());

const get = async (url: string, token?: string): Promise<unknown> =>
  (await fetch(url, token === undefined ? {} : withToken(token))).json();
const withToken = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

/** Runs a work. @returns the number of answers, and of the upstream requests for them */
async function costOf(server: Server, work: Work) {
  const runningFleet = await startedFleet();
  const before = await runningFleet.upstreams();
  const options = { work, connections: 2, durationMs: 200, seed: 1 };
  const { requests } = await runningFleet.load(server, options);
  const after = await runningFleet.upstreams();
  return {
    requests,
    identity: after.identityRequests - before.identityRequests,
    social: after.socialRequests - before.socialRequests,
  };
}

test('the stubs keep to the contracts', async () => {
  const { identityUrl, socialUrl, token } = await (await startedFleet()).upstreams();
  const keepToContracts = [
    schemaGuard('identity', 'User')(await get(`${identityUrl}/api/users/1000`)),
    schemaGuard('identity', 'UserBatch')(await get(`${identityUrl}/api/users?ids=1%2C2`)),
    schemaGuard('social', 'Post')(await get(`${socialUrl}/api/posts/10000`)),
    schemaGuard('social', 'PostBatch')(await get(`${socialUrl}/api/posts?ids=7,9`)),
    schemaGuard('social', 'Counts')(await get(`${socialUrl}/api/users/1/counts`)),
    schemaGuard('social', 'PostPage')(await get(socialUrl + targetOf('feed warm', 21), token)),
    schemaGuard('identity', 'KeySet')(await get(`${identityUrl}/.well-known/jwks.json`)),
  ];
  expect(keepToContracts).toEqual(keepToContracts.map(() => true));
  expect(await get(`${identityUrl}/api/users?ids=2,5000,1`)).toEqual({
    items: [
      { id: 2, username: 'user_2' },
      { id: 1, username: 'user_1' },
    ],
  });
  expect((await fetch(`${socialUrl}/api/posts/10001`)).status).toBe(404);
  const feed = socialUrl + targetOf('feed warm', 100);
  expect((await fetch(feed)).status).toBe(401);
  expect((await fetch(feed, withToken(signingKey(accessToken).sign()))).status).toBe(401);
});

test('an answer costs the naive aggregator two upstream requests, and the floor one', async () => {
  const runningFleet = await startedFleet();
  const naive = await runningFleet.add('lab/bench/peers/naive.ts', { answers: 'complete' });
  const env = { UPSTREAM_CONNECTIONS: '4' };
  const floor = await runningFleet.add('lab/bench/peers/floor.ts', { answers: 'plain', env });
  for (const [server, identityCalls] of [
    [naive, 1],
    [floor, 0],
  ] as const) {
    const { requests, identity, social } = await costOf(server, 'uniform');
    expect([identity, social]).toEqual([requests * identityCalls, requests]);
  }
});

test('a page of a feed costs the naive aggregator 21 upstream requests, and the gateway two at most', async () => {
  const runningFleet = await startedFleet();
  const naive = await costOf(
    await runningFleet.add('lab/bench/peers/naive.ts', { answers: 'complete' }),
    'feed cold',
  );
  expect(naive).toMatchObject({ social: naive.requests, identity: 20 * naive.requests });

  const env = { ADMIN_PORT: '0', ...LONG_DEADLINE };
  const gateway = await runningFleet.add('gateway/src/main.ts', { answers: 'complete', env });
  const cold = await costOf(gateway, 'feed cold');
  expect(cold.social).toBe(cold.requests);
  expect(cold.identity).toBeLessThanOrEqual(cold.requests);
  // Two concurrent pages may share a request.
  expect(cold.identity).toBeGreaterThanOrEqual(cold.requests / 2);
  const { token } = await runningFleet.upstreams();
  for (let cursor = PAGE + 1; cursor <= AUTHORS + 1; cursor += PAGE)
    await get(gateway.url + targetOf('feed warm', cursor), token);
  const warm = await costOf(gateway, 'feed warm');
  expect(warm).toMatchObject({ social: warm.requests, identity: 0 });
});

test('the gateway verifies the tokens of the requests', async () => {
  const runningFleet = await startedFleet();
  const { token } = await runningFleet.upstreams();
  const { url } = await runningFleet.add('gateway/src/main.ts', {
    answers: 'complete',
    env: { ADMIN_PORT: '0' },
  });
  const feed = url + targetOf('feed warm', 100);
  expect(await get(feed, token)).toEqual(stitchedPage(100));
  expect((await fetch(feed)).status).toBe(401);
  expect((await fetch(feed, withToken(signingKey(accessToken).sign()))).status).toBe(401);
});

test('an unexpected answer, or a server that ends, stops the benchmark', async () => {
  const runningFleet = await startedFleet();
  await expect(runningFleet.add('lab/bench/peers/naive.ts', { answers: 'plain' })).rejects.toThrow(
    'unexpected answer to /api/posts/1',
  );
  await expect(runningFleet.add('lab/bench/plan.ts', { answers: 'plain' })).rejects.toThrow(
    'a server ended before it listened',
  );
});
