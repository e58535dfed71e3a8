// After a write no later answer has the old content, on any path that reads it.
import { describe, expect, test } from '@jest/globals';
import { hangsUp, silent } from '../support/faulty-responders.ts';
import { abortableRequest, type HttpResponse } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import type { Responder } from 'chassis/testing/stub-server';

/** Everything stays fresh in the caches for a minute. */
const env = {
  POST_TTL_MS: '60000',
  AUTHOR_TTL_MS: '60000',
  AUTHOR_ABSENT_TTL_MS: '60000',
  REQUEST_DEADLINE_MS: '2000',
};

/** User 7, who wrote post 6. */
async function arrange(extraEnv: Readonly<Record<string, string>> = {}) {
  const testbed = await startTestbed({ env: { ...env, ...extraEnv } });
  const headers = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/friends', { headers });
  return { testbed, headers };
}

const contentsOf = ({ body }: HttpResponse): (string | undefined)[] => {
  const {
    items,
    posts = items,
    content,
  } = body as {
    items?: { content: string }[];
    posts?: { content: string }[];
    content?: string;
  };
  return posts?.map((post) => post.content) ?? [content];
};

const READS = [
  '/api/posts/6',
  '/api/posts?ids=6,4',
  '/api/users/7/posts?limit=100',
  '/api/users/7/profile',
];
const OLD = 'This is post 6.';

describe.each<[string, object | undefined, string | undefined]>([
  ['PATCH', { content: 'Now.' }, 'Now.'],
  ['DELETE', undefined, undefined],
])('after a %s of a post', (method, json, now) => {
  const write = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
    testbed.request('/api/posts/6', { method, headers, ...(json && { json }) });
  /** Expects the new content, and not the old one. */
  const expectNow = (response: HttpResponse): void => {
    const contents = contentsOf(response);
    expect(contents).not.toContain(OLD);
    if (now !== undefined) expect(contents).toContain(now);
  };

  test.each(READS)('%s does not serve the cached content', async (path) => {
    const { testbed, headers } = await arrange();
    expect(contentsOf(await testbed.request(path))).toContain(OLD);
    expect((await write(testbed, headers)).status).toBeLessThan(300);
    expectNow(await testbed.request(path));
  });

  test.each(READS)(
    '%s does not join a request that was in flight, and its response is not cached',
    async (path) => {
      const { testbed, headers } = await arrange();
      // Social has read the post, and holds its response.
      const release = testbed.social.hold();
      testbed.social.clearRequests();
      // Post 5, not post 4: a later request for the unchanged post may join this one.
      const before = testbed.request(path.replace('6,4', '6,5'));
      const expectedRequests = path.endsWith('profile') ? 2 : 1;
      await until(
        'Social has the request',
        () => testbed.social.requests.length === expectedRequests,
      );
      testbed.social.respondWith();
      expect((await write(testbed, headers)).status).toBeLessThan(300);

      expectNow(await testbed.request(path));
      release();
      expect(contentsOf(await before)).toContain(OLD);
      testbed.social.respondWith();
      expectNow(await testbed.request(path));
    },
  );

  test.each<[string, Responder]>([
    ['lost', hangsUp],
    ['too late', silent],
  ])('whose response was %s, no path serves the old content', async (_, responder) => {
    const { testbed, headers } = await arrange({ REQUEST_DEADLINE_MS: '700' });
    for (const path of READS) await testbed.request(path);
    testbed.social.respondWith(responder);
    expect((await write(testbed, headers)).status).toBe(504);
    testbed.social.respondWith();
    for (const path of READS) expectNow(await testbed.request(path));
  });

  test('whose client disconnected, the write runs to its end, and no path serves the old content', async () => {
    const { testbed, headers } = await arrange();
    for (const path of READS) await testbed.request(path);
    const release = testbed.social.hold();
    testbed.social.clearRequests();
    const client = abortableRequest(`${testbed.gateway.url}/api/posts/6`, {
      method,
      headers,
      ...(json && { json }),
    });
    await until('Social has the write', () => testbed.social.requests.length === 1);
    await client.abort();
    await until('the gateway has noticed the disconnect', async () => {
      return (await testbed.metric('http_requests_in_flight')) === 0;
    });
    release();
    await until('the old content is invalidated', async () => {
      return !contentsOf(await testbed.request('/api/posts/6')).includes(OLD);
    });
    for (const path of READS) expectNow(await testbed.request(path));
    expect(testbed.social.requests[0]).toMatchObject({ method, aborted: false });
  });

  test('the old ETag no longer matches', async () => {
    const { testbed, headers } = await arrange();
    const { etag = '' } = (await testbed.request('/api/posts/6')).headers;
    await write(testbed, headers);
    const response = await testbed.request('/api/posts/6', { headers: { 'If-None-Match': etag } });
    expect(response.status).toBe(now === undefined ? 404 : 200);
  });
});

const post = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
  testbed.request('/api/posts', { method: 'POST', headers, json: { content: 'New.' } });

describe('after a new post', () => {
  test('the post is served, although a 404 for its id was cached', async () => {
    const { testbed, headers } = await arrange();
    expect((await testbed.request('/api/posts/1001')).status).toBe(404);
    const response = await post(testbed, headers);
    expect([response.status, response.headers['location']]).toEqual([201, '/api/posts/1001']);
    expect((await testbed.request('/api/posts/1001')).body).toEqual(response.body);
  });

  test('a page, a profile and counts do not join requests that were in flight', async () => {
    const { testbed, headers } = await arrange();
    const paths = ['/api/users/7/posts', '/api/users/7/profile'];
    const countNow = async () =>
      ((await testbed.request(paths[1]!)).body as { postCount: number }).postCount;
    const count = await countNow();
    const release = testbed.social.hold();
    testbed.social.clearRequests();
    const before = paths.map((path) => testbed.request(path));
    await until('Social has all requests', () => testbed.social.requests.length >= 2);
    testbed.social.respondWith();
    await post(testbed, headers);
    for (const path of paths) expect(contentsOf(await testbed.request(path))[0]).toBe('New.');
    expect(await countNow()).toBe(count + 1);
    release();
    for (const response of await Promise.all(before))
      expect(contentsOf(response)).not.toContain('New.');
  });
});

describe('after a change of a friendship', () => {
  test.each(['PUT', 'DELETE'])(
    'by %s, counts do not join a request that was in flight',
    async (method) => {
      const { testbed, headers } = await arrange();
      const countNow = async () =>
        ((await testbed.request('/api/users/7/profile')).body as { friendCount: number })
          .friendCount;
      const count = await countNow();
      const release = testbed.social.hold();
      testbed.social.clearRequests();
      const before = testbed.request('/api/users/7/profile');
      await until('Social has the requests', () => testbed.social.requests.length === 2);
      testbed.social.respondWith();
      expect((await testbed.request('/api/friends/9', { method, headers })).status).toBeLessThan(
        300,
      );
      expect(await countNow()).not.toBe(count);
      release();
      expect((await before).body).toMatchObject({ friendCount: count });
    },
  );
});
