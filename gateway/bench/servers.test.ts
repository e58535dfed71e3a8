import { afterAll, expect, test } from '@jest/globals';
import { schemaGuard } from 'contracts/guard';
import { Fleet } from './fleet.ts';

let fleet: Fleet | undefined;
const theFleet = async (): Promise<Fleet> => (fleet ??= await Fleet.start());
afterAll(() => fleet?.stop());

const get = async (url: string): Promise<unknown> => (await fetch(url)).json();

test('the stubs answer as the contracts say', async () => {
  const { identityUrl, socialUrl } = await (await theFleet()).upstreams();
  const kept = [
    schemaGuard('identity', 'User')(await get(`${identityUrl}/api/users/1000`)),
    schemaGuard('identity', 'UserBatch')(await get(`${identityUrl}/api/users?ids=1%2C2`)),
    schemaGuard('social', 'Post')(await get(`${socialUrl}/api/posts/10000`)),
    schemaGuard('social', 'PostBatch')(await get(`${socialUrl}/api/posts?ids=7,9`)),
    schemaGuard('social', 'Counts')(await get(`${socialUrl}/api/users/1/counts`)),
  ];
  expect(kept).toEqual([true, true, true, true, true]);
  expect(await get(`${identityUrl}/api/users?ids=2,5000,1`)).toEqual({
    items: [
      { id: 2, username: 'user_2' },
      { id: 1, username: 'user_1' },
    ],
  });
  expect((await fetch(`${socialUrl}/api/posts/10001`)).status).toBe(404);
});

test('the naive aggregator costs two upstream requests, the floor one', async () => {
  const all = await theFleet();
  const naive = await all.add('bench/naive.ts', { answers: 'whole' });
  const env = { UPSTREAM_CONNECTIONS: '4' };
  const floor = await all.add('bench/floor.ts', { answers: 'plain', env });
  const order = { work: 'uniform', connections: 2, durationMs: 200, seed: 1 } as const;
  for (const [server, identityCalls] of [
    [naive, 1],
    [floor, 0],
  ] as const) {
    const before = await all.upstreams();
    const { requests } = await all.load(server, order);
    const after = await all.upstreams();
    expect(after.socialRequests - before.socialRequests).toBe(requests);
    expect(after.identityRequests - before.identityRequests).toBe(requests * identityCalls);
  }
});

test('a server that does not answer as it should stops the bench', async () => {
  const all = await theFleet();
  await expect(all.add('bench/naive.ts', { answers: 'plain' })).rejects.toThrow('post 1 came as');
  await expect(all.add('bench/plan.ts', { answers: 'plain' })).rejects.toThrow(
    'a server ended before it listened',
  );
});
