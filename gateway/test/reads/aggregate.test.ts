// The rungs of AUTHOR_STRATEGY=aggregate: fresh cache → Identity → stale cache → the post without its author.
import { expect, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import { userOf } from 'chassis/testing/users';
import { completePost, degradedPost } from '../support/fixtures.ts';
import { startTestbed } from '../support/testbed.ts';

const AUTHOR = userOf(6);
const POST = '/api/posts/5';

test('serves a post with its author, with a miss for both in Cache-Status', async () => {
  const { request } = await startTestbed();
  const response = await request(POST);
  expect(response.body).toEqual(completePost(5));
  expect(response.headers['cache-status']).toBe('post; fwd=miss, author; fwd=miss');
  expect(response.headers['server-timing']).toMatch(/^social;dur=\d+\.\d, identity;dur=\d+\.\d$/);
  expect(response.headers['cache-control']).toBe('public, no-cache');
  expect(response.headers['etag']).toMatch(/^"[\w-]+"$/);
  expect(response.headers['proxy-status']).toBeUndefined();
});

test('serves a fresh author without a request, and leaves Identity out of Server-Timing', async () => {
  const { request, identity } = await startTestbed();
  await request(POST);
  const response = await request(POST);
  expect(identity.requests).toHaveLength(1);
  expect(response.headers['cache-status']).toMatch(/author; hit; ttl=\d+$/);
  expect(response.headers['server-timing']).not.toContain('identity');
});

test('serves a complete answer with a fresh author while Identity is down', async () => {
  const { request, identity } = await startTestbed();
  await request(POST);
  await identity.refuse();
  const response = await request(POST);
  expect(response.body).toEqual(completePost(5));
  expect(response.headers['etag']).toBeDefined();
});

test('serves the stale author while Identity is down', async () => {
  const { request, identity } = await startTestbed({ env: { AUTHOR_TTL_MS: '1' } });
  await request(POST);
  await identity.refuse();
  const response = await request(POST);
  expect(response.body).toEqual(degradedPost(5, 'stale', AUTHOR));
  expect(response.headers['cache-status']).toContain(
    'author; fwd=stale; detail=connection_refused',
  );
  expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
  expect(response.headers['cache-control']).toBe('no-store');
});

test('serves the post without its author when the author is too old even to be stale', async () => {
  const { request, identity } = await startTestbed({
    env: { AUTHOR_TTL_MS: '1', AUTHOR_STALE_MS: '0' },
  });
  await request(POST);
  await identity.refuse();
  expect((await request(POST)).body).toEqual(degradedPost(5));
});

test('requests a missing author again in the background, without a waiting client', async () => {
  const { request, identity } = await startTestbed({ env: { BREAKER_RESET_MS: '50' } });
  await identity.refuse();
  expect((await request(POST)).body).toMatchObject({ author: null });
  await identity.accept();
  await until('Identity has the background request', () => identity.count(/users/) > 0);
  const response = await until('the author is cached', async () => {
    const again = await request(POST);
    return again.headers['cache-status']?.includes('author; hit') === true ? again : undefined;
  });
  expect(response.body).toEqual(completePost(5));
});

test('serves a stale user while Identity is down, and a 503 for a user that is not cached', async () => {
  const { request, identity } = await startTestbed({ env: { AUTHOR_TTL_MS: '1' } });
  await request('/api/users/6');
  await identity.refuse();
  const stale = await request('/api/users/6');
  const degraded = [{ part: 'author', reason: 'stale', ids: [AUTHOR.id] }];
  expect(stale.body).toEqual({ ...AUTHOR, degraded });
  expect(stale.headers['cache-control']).toBe('no-store');
  const missing = await request('/api/users/7');
  expect(missing.status).toBe(503);
  expect(missing.headers['retry-after']).toBeDefined();
});

test.each(['/api/posts/5', '/api/posts?ids=5,6', '/api/users/6', '/api/users/6/profile'])(
  '%s requests no names from Social, also while Identity is down',
  async (path) => {
    const { request, identity, social } = await startTestbed();
    await request(path);
    await identity.refuse();
    await request(path.replaceAll('6', '9').replaceAll('5', '8'));
    expect(social.count(/authors|include/)).toBe(0);
  },
);

test('serves a profile without the user, and with all other parts, while Identity is down', async () => {
  const { request, identity } = await startTestbed();
  await identity.refuse();
  const response = await request('/api/users/6/profile');
  expect(response.status).toBe(200);
  expect(response.body).toMatchObject({ user: null, postCount: 10, friendCount: 3 });
  expect(response.headers['cache-control']).toBe('no-store');
});

test('serves a 404 for the posts and the profile of a user that Identity does not know', async () => {
  const { request } = await startTestbed();
  expect((await request('/api/users/9999/posts')).status).toBe(404);
  expect((await request('/api/users/9999/profile')).status).toBe(404);
  expect((await request('/api/users/9999')).status).toBe(404);
});

test('counts each degraded answer by its part and reason', async () => {
  const { request, identity, metric } = await startTestbed({ env: { AUTHOR_TTL_MS: '1' } });
  await request(POST);
  await identity.refuse();
  await request(POST);
  await request('/api/posts/6');
  expect(await metric('gateway_degraded_answers_total{part="author",reason="stale"}')).toBe(1);
  expect(await metric('gateway_degraded_answers_total{part="author",reason="missing"}')).toBe(1);
});
