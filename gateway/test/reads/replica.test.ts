// AUTHOR_STRATEGY=replica: post and author come from Social in one request, and Identity is asked for no name.
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
const FROM_COPY = 'author; fwd=miss; detail=replica';
const COPY = /^\/api\/authors/;

/** The keys are known, by which the viewer's token is checked; Social's copy has another name for the author of post 5. */
async function arrange({ env, ...casting }: TestbedOptions = {}) {
  const testbed = await startTestbed({
    ...casting,
    // As it is by default, so that nothing but the strategy keeps the gateway from asking.
    env: { AUTHOR_STRATEGY: 'replica', FOLLOW_LOG: 'true', ...env },
  });
  const headers = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/me', { headers });
  testbed.social.replica.set(AUTHOR, 'copied');
  testbed.identity.clearRequests();
  return { ...testbed, headers, asked: () => testbed.social.requests.map(({ path }) => path) };
}

const COPIED = { id: AUTHOR, username: 'copied' };
const post = (id: number) => completePost(id);
const pagesPath = `/api/users/${AUTHOR}/posts?limit=2`;
const pageQuestion = (limit: number) =>
  `/api/posts?authorId=${AUTHOR}&limit=${limit}&include=author`;

describe('whole answers', () => {
  const stories: readonly [string, readonly string[], (body: unknown) => unknown, unknown][] = [
    [
      '/api/posts/5',
      ['/api/posts/5?include=author'],
      (body) => body,
      { ...post(5), author: COPIED },
    ],
    [
      '/api/posts?ids=5,6,105',
      ['/api/posts?ids=5,6,105&include=author'],
      (body) => (body as Page).items,
      [{ ...post(5), author: COPIED }, post(6), { ...post(105), author: COPIED }],
    ],
    [
      '/api/feed?limit=2',
      ['/api/feed?include=author&limit=2'],
      (body) => (body as Page).items,
      [post(993), post(992)],
    ],
    [
      pagesPath,
      [pageQuestion(2)],
      (body) => (body as Page).items.map(({ author }) => author),
      [COPIED, COPIED],
    ],
    [
      `/api/users/${AUTHOR}/profile`,
      [`/api/users/${AUTHOR}/counts`, pageQuestion(20)],
      (body) => [(body as Profile).user, (body as Profile).posts[0]?.author],
      [COPIED, COPIED],
    ],
    [`/api/users/${AUTHOR}`, [`/api/authors?ids=${AUTHOR}`], (body) => body, COPIED],
    [
      '/api/friends',
      ['/api/friends?limit=20', '/api/authors?ids=8,9,10'],
      (body) => (body as FriendPage & Page).items.map((friend) => Object(friend).username),
      ['user_8', 'user_9', 'user_10'],
    ],
  ];

  test.each(stories)(
    '%s comes from Social alone, with its names, and revalidates',
    async (path, requests, read, expected) => {
      const { request, headers, asked, identity } = await arrange();
      const response = await request(path, { headers });
      expect(read(response.body)).toEqual(expected);
      expect(asked().toSorted()).toEqual(requests.toSorted());
      expect(identity.requests).toEqual([]);
      expect(member(response, 'cache-status', 'author')).toBe(FROM_COPY);
      expect(response.headers['proxy-status']).toBeUndefined();
      expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+$/);
      const etag = String(response.headers['etag']);
      const again = await request(path, {
        headers: { ...headers, 'If-None-Match': etag, Prefer: 'handling=strict' },
      });
      expect(again.status).toBe(304);
    },
  );

  test.each(stories.map(([path]) => path))('%s is the same with Identity dead', async (path) => {
    const { request, headers, identity } = await arrange();
    const before = await request(path, { headers });
    await identity.refuse();
    const response = await request(path, { headers });
    expect([response.status, response.text]).toEqual([200, before.text]);
    expect(response.headers['etag']).toBe(before.headers['etag']);
  });

  test('none of them is counted as degraded', async () => {
    const { request, metric } = await arrange();
    await request('/api/posts/5');
    expect(await metric('gateway_degraded_answers_total{part="author",reason="replica"}')).toBe(0);
  });

  test('a post that is remembered brings its author along: a hit, and nobody is asked', async () => {
    const { request, social } = await arrange({ env: { POST_TTL_MS: '60000' } });
    await request('/api/posts/5');
    social.clearRequests();
    for (const path of ['/api/posts/5', '/api/posts?ids=5']) {
      const response = await request(path);
      expect(response.text).toContain('"copied"');
      expect(response.headers['cache-status']).toMatch(
        /^post; hit; ttl=\d+, author; hit; ttl=\d+$/,
      );
    }
    expect(social.requests).toEqual([]);
  });

  test('posts that are known do not have their authors asked for ahead', async () => {
    const { request, asked } = await arrange();
    await request('/api/posts?ids=5,6');
    await request('/api/posts?ids=5,6');
    await request('/api/posts/5');
    expect(asked()).toEqual([
      '/api/posts?ids=5,6&include=author',
      '/api/posts?ids=5,6&include=author',
      '/api/posts/5?include=author',
    ]);
  });

  test('a new post is told with its author, from the copy', async () => {
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

describe('who is not in the copy', () => {
  async function without(casting: TestbedOptions = {}) {
    const testbed = await arrange(casting);
    testbed.social.replica.set(AUTHOR, null);
    return testbed;
  }

  test.each([`/api/users/${AUTHOR}`, pagesPath, `/api/users/${AUTHOR}/profile`])(
    '%s is a 404, though Identity knows better',
    async (path) => {
      const { request, identity } = await without();
      expectProblem(await request(path), 404, 'not-found', path.replace(/\?.*/, ''));
      expect(identity.requests).toEqual([]);
    },
  );

  test('is null in a post, which is a whole answer: nobody else would be asked', async () => {
    const { request } = await without();
    for (const path of ['/api/posts/5', '/api/posts?ids=5,6']) {
      const response = await request(path, { headers: { Prefer: 'handling=strict' } });
      expect(response.status).toBe(200);
      expect(response.text).toContain('"author":null');
      expect(response.headers['etag']).toBeDefined();
    }
  });

  test('and has no posts, is asked for by name, and is a 404, too', async () => {
    const { request, asked } = await arrange({ population: { authors: 10, posts: 3 } });
    expect((await request('/api/users/9/posts')).body).toEqual({ items: [], nextCursor: null });
    expect(asked()).toEqual([
      '/api/posts?authorId=9&limit=20&include=author',
      '/api/authors?ids=9',
    ]);
    expect((await request('/api/users/11/posts')).status).toBe(404);
  });

  test('is a friend without a name, not one who is gone: with a user, the copy forgets friendships', async () => {
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

describe('when the copy fails', () => {
  test('a user is Social’s failure, and Identity is not asked', async () => {
    const testbed = await arrange();
    testbed.social.respondWith(only(COPY, status(503)));
    const response = await testbed.request(`/api/users/${AUTHOR}`);
    expectProblem(response, 503, 'upstream-unavailable', `/api/users/${AUTHOR}`);
    expectProxyStatus(response, 'social', { receivedStatus: 503 });
    expect(testbed.identity.requests).toEqual([]);
  });

  test('friends have no names, and posts are asked for all the same', async () => {
    const testbed = await arrange({ env: { BREAKER_VOLUME: '2' } });
    testbed.social.respondWith(only(COPY, status(500)));
    for (let times = 0; times < 3; times += 1) {
      const response = await testbed.request('/api/friends', { headers: testbed.headers });
      expect(response.status).toBe(200);
      expect(response.headers['cache-control']).toBe('no-store');
      // The second time, what is asked aside has a breaker of its own, which is open.
      const open = { error: 'destination_unavailable' };
      expectProxyStatus(response, 'social', times === 0 ? { receivedStatus: 500 } : open);
    }
    expect(await breakerStateOf(testbed, 'social')).toBe('closed');
    expect((await testbed.request('/api/posts/5')).body).toEqual({ ...post(5), author: COPIED });
  });

  test('posts come from it together with their authors, or not at all', async () => {
    const { request, social, identity } = await arrange();
    social.respondWith(status(500));
    expectProblem(await request('/api/posts/5'), 502, 'upstream-invalid', '/api/posts/5');
    expect(identity.requests).toEqual([]);
  });
});
