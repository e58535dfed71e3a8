// AUTHOR_STRATEGY=replica: post and author come from Social in one request, and Identity gets no request for a name.
import { describe, expect, test } from '@jest/globals';
import type { FriendPage, Page, Profile } from 'contracts/types';
import { only, status } from '../support/faulty-responders.ts';
import { breakerStateOf } from '../support/breakers.ts';
import { expectProblem, expectProxyStatus, member } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';
import { userOf } from 'chassis/testing/users';
import { completePost } from '../support/fixtures.ts';

const AUTHOR = 6;
const FROM_REPLICA = 'author; fwd=miss; detail=replica';
const REPLICA = /^\/api\/authors/;

/** The gateway has the keys that verify the viewer's token. Social's replica has another name for the author of post 5. */
async function arrange({ env, ...options }: TestbedOptions = {}) {
  const testbed = await startTestbed({
    ...options,
    // FOLLOW_LOG as by default, so that only the strategy keeps the gateway from reading the log.
    env: { AUTHOR_STRATEGY: 'replica', FOLLOW_LOG: 'true', ...env },
  });
  const headers = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/me', { headers });
  testbed.social.replica.set(AUTHOR, 'replicated');
  testbed.identity.clearRequests();
  return {
    ...testbed,
    headers,
    socialPaths: () =>
      testbed.social.requests
        .map(({ path }) => path)
        .filter((path) => !path.startsWith('/api/social-events')),
  };
}

const REPLICATED = { id: AUTHOR, username: 'replicated' };
const post = (id: number) => completePost(id);
const pagesPath = `/api/users/${AUTHOR}/posts?limit=2`;
const pageRequest = (limit: number) =>
  `/api/posts?authorId=${AUTHOR}&limit=${limit}&include=author`;

describe('complete answers', () => {
  const reads: readonly [string, readonly string[], (body: unknown) => unknown, unknown][] = [
    [
      '/api/posts/5',
      ['/api/posts/5?include=author'],
      (body) => body,
      { ...post(5), author: REPLICATED },
    ],
    [
      '/api/posts?ids=5,6,105',
      ['/api/posts?ids=5,6,105&include=author'],
      (body) => (body as Page).items,
      [{ ...post(5), author: REPLICATED }, post(6), { ...post(105), author: REPLICATED }],
    ],
    [
      '/api/feed?limit=2',
      ['/api/feed?include=author&limit=2'],
      (body) => (body as Page).items,
      [post(993), post(992)],
    ],
    [
      pagesPath,
      [pageRequest(2)],
      (body) => (body as Page).items.map(({ author }) => author),
      [REPLICATED, REPLICATED],
    ],
    [
      `/api/users/${AUTHOR}/profile`,
      [`/api/users/${AUTHOR}/counts`, `/api/friends/${AUTHOR}`, pageRequest(20)],
      (body) => [(body as Profile).user, (body as Profile).posts[0]?.author],
      [REPLICATED, REPLICATED],
    ],
    [`/api/users/${AUTHOR}`, [`/api/authors?ids=${AUTHOR}`], (body) => body, REPLICATED],
    [
      '/api/friends',
      ['/api/friends?limit=20', '/api/authors?ids=8,9,10'],
      (body) => (body as FriendPage & Page).items.map((friend) => Object(friend).username),
      ['user_8', 'user_9', 'user_10'],
    ],
  ];

  test.each(reads)(
    '%s has its names and all else from Social, and can be revalidated',
    async (path, requests, read, expected) => {
      const { request, headers, socialPaths, identity } = await arrange();
      const response = await request(path, { headers });
      expect(read(response.body)).toEqual(expected);
      expect(socialPaths().toSorted()).toEqual(requests.toSorted());
      expect(identity.requests).toEqual([]);
      expect(member(response, 'cache-status', 'author')).toBe(FROM_REPLICA);
      expect(response.headers['proxy-status']).toBeUndefined();
      expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+$/);
      const etag = String(response.headers['etag']);
      const again = await request(path, {
        headers: { ...headers, 'If-None-Match': etag, Prefer: 'handling=strict' },
      });
      expect(again.status).toBe(304);
    },
  );

  test.each(reads.map(([path]) => path))('%s is the same while Identity is down', async (path) => {
    const { request, headers, identity } = await arrange();
    const before = await request(path, { headers });
    await identity.refuse();
    const response = await request(path, { headers });
    expect([response.status, response.text]).toEqual([200, before.text]);
    expect(response.headers['etag']).toBe(before.headers['etag']);
  });

  test('are not counted as degraded', async () => {
    const { request, headers, metric } = await arrange();
    for (const [path] of reads) await request(path, { headers });
    for (const reason of ['replica', 'stale', 'missing'])
      expect(await metric(`gateway_degraded_answers_total{part="author",reason="${reason}"}`)).toBe(
        0,
      );
  });

  test('of cached posts have the cached author, too, without a request', async () => {
    const { request, social } = await arrange({ env: { POST_TTL_MS: '60000' } });
    await request('/api/posts/5');
    social.clearRequests();
    for (const path of ['/api/posts/5', '/api/posts?ids=5']) {
      const response = await request(path);
      expect(response.text).toContain('"replicated"');
      expect(response.headers['cache-status']).toMatch(
        /^post; hit; ttl=\d+, author; hit; ttl=\d+$/,
      );
    }
    expect(social.requests).toEqual([]);
  });

  test('of posts with known authors send no separate requests for the authors', async () => {
    const { request, socialPaths } = await arrange();
    await request('/api/posts?ids=5,6');
    await request('/api/posts?ids=5,6');
    await request('/api/posts/5');
    expect(socialPaths()).toEqual([
      '/api/posts?ids=5,6&include=author',
      '/api/posts?ids=5,6&include=author',
      '/api/posts/5?include=author',
    ]);
  });

  test('to a new post have the author from the replica', async () => {
    const { request, headers, identity } = await arrange();
    const response = await request('/api/posts', {
      method: 'POST',
      headers,
      json: { content: 'Hi.' },
    });
    expect(response.body).toMatchObject({ author: userOf(7) });
    expect(identity.requests).toEqual([]);
  });
});

describe('a user who is not in the replica', () => {
  async function startWithoutAuthor(options: TestbedOptions = {}) {
    const testbed = await arrange(options);
    testbed.social.replica.set(AUTHOR, null);
    return testbed;
  }

  test.each([`/api/users/${AUTHOR}`, pagesPath, `/api/users/${AUTHOR}/profile`])(
    'makes %s a 404, although Identity knows the user',
    async (path) => {
      const { request, identity } = await startWithoutAuthor();
      expectProblem(await request(path), 404, 'not-found', path.replace(/\?.*/, ''));
      expect(identity.requests).toEqual([]);
    },
  );

  test('is null in a post, which is a complete answer, as the replica is the only source', async () => {
    const { request } = await startWithoutAuthor();
    for (const path of ['/api/posts/5', '/api/posts?ids=5,6']) {
      const response = await request(path, { headers: { Prefer: 'handling=strict' } });
      expect(response.status).toBe(200);
      expect(response.text).toContain('"author":null');
      expect(response.headers['etag']).toBeDefined();
    }
  });

  test('makes the posts a 404 also when the page is empty, by a request for the user', async () => {
    const { request, socialPaths } = await arrange({ population: { authors: 10, posts: 3 } });
    expect((await request('/api/users/9/posts')).body).toEqual({ items: [], nextCursor: null });
    expect(socialPaths()).toEqual([
      '/api/posts?authorId=9&limit=20&include=author',
      '/api/authors?ids=9',
    ]);
    expect((await request('/api/users/11/posts')).status).toBe(404);
  });

  test('stays in the list of friends, without a name', async () => {
    const { request, headers, social } = await arrange();
    social.replica.set(9, null);
    const response = await request('/api/friends', { headers });
    expect((response.body as FriendPage).items).toMatchObject([
      { id: 8, username: 'user_8' },
      { id: 9, username: null },
      { id: 10, username: 'user_10' },
    ]);
  });
});

describe('while the replica fails', () => {
  test('a user is a 503 with Social’s failure, without a request to Identity', async () => {
    const testbed = await arrange();
    testbed.social.respondWith(only(REPLICA, status(503)));
    const response = await testbed.request(`/api/users/${AUTHOR}`);
    expectProblem(response, 503, 'upstream-unavailable', `/api/users/${AUTHOR}`);
    expectProxyStatus(response, 'social', { receivedStatus: 503 });
    expect(testbed.identity.requests).toEqual([]);
  });

  test('friends have no names, and posts are served as usual', async () => {
    const testbed = await arrange({ env: { BREAKER_VOLUME: '2' } });
    testbed.social.respondWith(only(REPLICA, status(500)));
    for (let times = 0; times < 3; times += 1) {
      const response = await testbed.request('/api/friends', { headers: testbed.headers });
      expect(response.status).toBe(200);
      expect(response.headers['cache-control']).toBe('no-store');
      // After the first time, the breaker of the replica, which is separate from Social's, is open.
      const open = { error: 'destination_unavailable' };
      expectProxyStatus(response, 'social', times === 0 ? { receivedStatus: 500 } : open);
    }
    expect(await breakerStateOf(testbed, 'social')).toBe('closed');
    expect((await testbed.request('/api/posts/5')).body).toEqual({
      ...post(5),
      author: REPLICATED,
    });
  });

  test.each(['/api/posts/5', '/api/posts?ids=5,6', pagesPath, '/api/feed?limit=2'])(
    '%s is a 502 when the posts fail, too, without a request to Identity',
    async (path) => {
      const { request, headers, social, identity } = await arrange();
      social.respondWith(status(500));
      const response = await request(path, { headers });
      expectProblem(response, 502, 'upstream-invalid', path.replace(/\?.*/, ''));
      expect(identity.requests).toEqual([]);
    },
  );
});
