// Where an author comes from with AUTHOR_STRATEGY=aggregate: fresh cache → Identity → stale cache → the authorless post.
import { expect, test } from '@jest/globals';
import { until } from '../support/client.ts';
import { userOf, wholePost } from '../support/world.ts';
import { stage } from '../support/stage.ts';

const AUTHOR = userOf(6);
const POST = '/api/posts/5';

test('a post comes with its author, and says that both were asked for', async () => {
  const { get } = await stage();
  const heard = await get(POST);
  expect(heard.body).toEqual(wholePost(5));
  expect(heard.headers['cache-status']).toBe('post; fwd=miss, author; fwd=miss');
  expect(heard.headers['server-timing']).toMatch(/^social;dur=\d+\.\d, identity;dur=\d+\.\d$/);
  expect(heard.headers['cache-control']).toBe('public, no-cache');
  expect(heard.headers['etag']).toMatch(/^"[\w-]+"$/);
  expect(heard.headers['proxy-status']).toBeUndefined();
});

test('an author that is fresh is not asked for, and Server-Timing leaves Identity out', async () => {
  const { get, identity } = await stage();
  await get(POST);
  const heard = await get(POST);
  expect(identity.seen).toHaveLength(1);
  expect(heard.headers['cache-status']).toMatch(/author; hit; ttl=\d+$/);
  expect(heard.headers['server-timing']).not.toContain('identity');
});

test('a fresh author needs no Identity: the answer is whole while it is down', async () => {
  const { get, identity } = await stage();
  await get(POST);
  await identity.refuse();
  const heard = await get(POST);
  expect(heard.body).toEqual(wholePost(5));
  expect(heard.headers['etag']).toBeDefined();
});

test('an author that is no longer fresh stands in while Identity is down', async () => {
  const { get, identity } = await stage({ env: { AUTHOR_TTL_MS: '1' } });
  await get(POST);
  await identity.refuse();
  const heard = await get(POST);
  expect(heard.body).toEqual(wholePost(5));
  expect(heard.headers['cache-status']).toContain('author; fwd=stale; detail=connection_refused');
  expect(heard.headers['proxy-status']).toBe('identity; error=connection_refused');
  expect(heard.headers['cache-control']).toBe('no-store');
});

test('beyond the stale horizon the post comes without its author', async () => {
  const { get, identity } = await stage({ env: { AUTHOR_TTL_MS: '1', AUTHOR_STALE_MS: '0' } });
  await get(POST);
  await identity.refuse();
  expect((await get(POST)).body).toEqual({ ...wholePost(5), author: null });
});

test('an author that degraded is fetched in the background: it comes back without a client waiting for it', async () => {
  const { get, identity } = await stage({ env: { BREAKER_RESET_MS: '50' } });
  await identity.refuse();
  expect((await get(POST)).body).toMatchObject({ author: null });
  await identity.accept();
  await until('the author was asked for in the background', () => identity.asked(/users/) > 0);
  const heard = await until('the author is cached', async () => {
    const again = await get(POST);
    return again.headers['cache-status']?.includes('author; hit') === true ? again : undefined;
  });
  expect(heard.body).toEqual(wholePost(5));
});

test('a user is answered from the stale cache while Identity is down, and is a 503 when nothing is held', async () => {
  const { get, identity } = await stage({ env: { AUTHOR_TTL_MS: '1' } });
  await get('/api/users/6');
  await identity.refuse();
  const stale = await get('/api/users/6');
  expect(stale.body).toEqual(AUTHOR);
  expect(stale.headers['cache-control']).toBe('no-store');
  const missing = await get('/api/users/7');
  expect(missing.status).toBe(503);
  expect(missing.headers['retry-after']).toBeDefined();
});

test.each(['/api/posts/5', '/api/posts?ids=5,6', '/api/users/6', '/api/users/6/profile'])(
  '%s asks Social for no name, whatever happens to Identity',
  async (path) => {
    const { get, identity, social } = await stage();
    await get(path);
    await identity.refuse();
    await get(path.replaceAll('6', '9').replaceAll('5', '8'));
    expect(social.asked(/authors|include/)).toBe(0);
  },
);

test('a profile without Identity has no user, and all the rest', async () => {
  const { get, identity } = await stage();
  await identity.refuse();
  const heard = await get('/api/users/6/profile');
  expect(heard.status).toBe(200);
  expect(heard.body).toMatchObject({ user: null, postCount: 10, friendCount: 3 });
  expect(heard.headers['cache-control']).toBe('no-store');
});

test('the posts and the profile of a user that Identity does not know are a 404', async () => {
  const { get } = await stage();
  expect((await get('/api/users/9999/posts')).status).toBe(404);
  expect((await get('/api/users/9999/profile')).status).toBe(404);
  expect((await get('/api/users/9999')).status).toBe(404);
});

test('each degraded answer is counted by its part and reason', async () => {
  const { get, identity, metric } = await stage({ env: { AUTHOR_TTL_MS: '1' } });
  await get(POST);
  await identity.refuse();
  await get(POST);
  await get('/api/posts/6');
  expect(await metric('gateway_degraded_answers_total{part="author",reason="stale"}')).toBe(1);
  expect(await metric('gateway_degraded_answers_total{part="author",reason="missing"}')).toBe(1);
});
