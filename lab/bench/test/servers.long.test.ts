import { afterAll, expect, test } from '@jest/globals';
import { schemaGuard } from 'contracts/guard';
import { Fleet, PATIENT, type Server } from '../fleet.ts';
import { signingKey } from 'chassis/testing/tokens';
import { accessToken } from 'contracts/tokens';
import { AUTHORS, PAGE, stitchedPage, targetOf, type Work } from '../fixtures.ts';

let fleet: Fleet | undefined;
const theFleet = async (): Promise<Fleet> => (fleet ??= await Fleet.start());
afterAll(() => fleet?.stop());

const get = async (url: string, token?: string): Promise<unknown> =>
  (await fetch(url, token === undefined ? {} : as(token))).json();
const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

/** What a server makes of a work: its answers, and the upstream requests that they cost. */
async function cost(server: Server, work: Work) {
  const all = await theFleet();
  const before = await all.upstreams();
  const order = { work, connections: 2, durationMs: 200, seed: 1 };
  const { requests } = await all.load(server, order);
  const after = await all.upstreams();
  return {
    requests,
    identity: after.identityRequests - before.identityRequests,
    social: after.socialRequests - before.socialRequests,
  };
}

test('the stubs answer as the contracts say', async () => {
  const { identityUrl, socialUrl, token } = await (await theFleet()).upstreams();
  const kept = [
    schemaGuard('identity', 'User')(await get(`${identityUrl}/api/users/1000`)),
    schemaGuard('identity', 'UserBatch')(await get(`${identityUrl}/api/users?ids=1%2C2`)),
    schemaGuard('social', 'Post')(await get(`${socialUrl}/api/posts/10000`)),
    schemaGuard('social', 'PostBatch')(await get(`${socialUrl}/api/posts?ids=7,9`)),
    schemaGuard('social', 'Counts')(await get(`${socialUrl}/api/users/1/counts`)),
    schemaGuard('social', 'PostPage')(await get(socialUrl + targetOf('feed warm', 21), token)),
    schemaGuard('identity', 'KeySet')(await get(`${identityUrl}/.well-known/jwks.json`)),
  ];
  expect(kept).toEqual(kept.map(() => true));
  expect(await get(`${identityUrl}/api/users?ids=2,5000,1`)).toEqual({
    items: [
      { id: 2, username: 'user_2' },
      { id: 1, username: 'user_1' },
    ],
  });
  expect((await fetch(`${socialUrl}/api/posts/10001`)).status).toBe(404);
  const feed = socialUrl + targetOf('feed warm', 100);
  expect((await fetch(feed)).status).toBe(401);
  expect((await fetch(feed, as(signingKey(accessToken).sign()))).status).toBe(401);
});

test('the naive aggregator costs two upstream requests, the floor one', async () => {
  const all = await theFleet();
  const naive = await all.add('lab/bench/peers/naive.ts', { answers: 'whole' });
  const env = { UPSTREAM_CONNECTIONS: '4' };
  const floor = await all.add('lab/bench/peers/floor.ts', { answers: 'plain', env });
  for (const [server, identityCalls] of [
    [naive, 1],
    [floor, 0],
  ] as const) {
    const { requests, identity, social } = await cost(server, 'uniform');
    expect([identity, social]).toEqual([requests * identityCalls, requests]);
  }
});

test('a page of a feed costs the naive aggregator 21 upstream requests, the gateway two at most', async () => {
  const all = await theFleet();
  const naive = await cost(
    await all.add('lab/bench/peers/naive.ts', { answers: 'whole' }),
    'feed cold',
  );
  expect(naive).toMatchObject({ social: naive.requests, identity: 20 * naive.requests });

  const env = { ADMIN_PORT: '0', ...PATIENT };
  const gateway = await all.add('gateway/src/main.ts', { answers: 'whole', env });
  const cold = await cost(gateway, 'feed cold');
  expect(cold.social).toBe(cold.requests);
  expect(cold.identity).toBeLessThanOrEqual(cold.requests);
  // Two at once may share their question.
  expect(cold.identity).toBeGreaterThanOrEqual(cold.requests / 2);
  const { token } = await all.upstreams();
  for (let cursor = PAGE + 1; cursor <= AUTHORS + 1; cursor += PAGE)
    await get(gateway.url + targetOf('feed warm', cursor), token);
  const warm = await cost(gateway, 'feed warm');
  expect(warm).toMatchObject({ social: warm.requests, identity: 0 });
});

test('the gateway verifies the token that it is asked with', async () => {
  const all = await theFleet();
  const { token } = await all.upstreams();
  const { url } = await all.add('gateway/src/main.ts', {
    answers: 'whole',
    env: { ADMIN_PORT: '0' },
  });
  const feed = url + targetOf('feed warm', 100);
  expect(await get(feed, token)).toEqual(stitchedPage(100));
  expect((await fetch(feed)).status).toBe(401);
  expect((await fetch(feed, as(signingKey(accessToken).sign()))).status).toBe(401);
});

test('a server that does not answer as it should stops the bench', async () => {
  const all = await theFleet();
  await expect(all.add('lab/bench/peers/naive.ts', { answers: 'plain' })).rejects.toThrow(
    '/api/posts/1 came as',
  );
  await expect(all.add('lab/bench/plan.ts', { answers: 'plain' })).rejects.toThrow(
    'a server ended before it listened',
  );
});
