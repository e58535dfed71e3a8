// What a user has just written is never answered from before, by whatever path it is read.
import { describe, expect, test } from '@jest/globals';
import { hangsUp, silent } from '../support/faulty-responders.ts';
import { abortableRequest, type HttpResponse } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import type { Responder } from 'chassis/testing/stub-server';

/** Everything is remembered for long. */
const env = {
  POST_TTL_MS: '60000',
  AUTHOR_TTL_MS: '60000',
  AUTHOR_ABSENT_TTL_MS: '60000',
  REQUEST_DEADLINE_MS: '2000',
};

/** User 7, who wrote post 6. */
async function arrange(more: Readonly<Record<string, string>> = {}) {
  const testbed = await startTestbed({ env: { ...env, ...more } });
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
])('after %s of a post', (method, json, now) => {
  const write = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
    testbed.request('/api/posts/6', { method, headers, ...(json && { json }) });
  /** Says what is there now, and nothing of what was. */
  const expectNow = (response: HttpResponse): void => {
    const contents = contentsOf(response);
    expect(contents).not.toContain(OLD);
    if (now !== undefined) expect(contents).toContain(now);
  };

  test.each(READS)('%s does not answer from what was remembered', async (path) => {
    const { testbed, headers } = await arrange();
    expect(contentsOf(await testbed.request(path))).toContain(OLD);
    expect((await write(testbed, headers)).status).toBeLessThan(300);
    expectNow(await testbed.request(path));
  });

  test.each(READS)(
    '%s does not join a request that was in the air, nor remember its answer',
    async (path) => {
      const { testbed, headers } = await arrange();
      // Social has read the post, and its answer is on the way.
      const release = testbed.social.hold();
      testbed.social.clearRequests();
      // Post 5 beside it has not changed: who wants that may join.
      const before = testbed.request(path.replace('6,4', '6,5'));
      const asked = path.endsWith('profile') ? 2 : 1;
      await until('the read is in the air', () => testbed.social.requests.length === asked);
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
  ])('whose answer was %s, nothing is answered from before either', async (_, behaviour) => {
    const { testbed, headers } = await arrange({ REQUEST_DEADLINE_MS: '700' });
    for (const path of READS) await testbed.request(path);
    testbed.social.respondWith(behaviour);
    expect((await write(testbed, headers)).status).toBe(504);
    testbed.social.respondWith();
    for (const path of READS) expectNow(await testbed.request(path));
  });

  test('whose client hung up, it is done to its end, and nothing is answered from before', async () => {
    const { testbed, headers } = await arrange();
    for (const path of READS) await testbed.request(path);
    const release = testbed.social.hold();
    testbed.social.clearRequests();
    const client = abortableRequest(`${testbed.gateway.url}/api/posts/6`, {
      method,
      headers,
      ...(json && { json }),
    });
    await until('the write is out', () => testbed.social.requests.length === 1);
    await client.abort();
    await until('the gateway knows', async () => {
      return (await testbed.metric('http_requests_in_flight')) === 0;
    });
    release();
    await until('it is forgotten', async () => {
      return !contentsOf(await testbed.request('/api/posts/6')).includes(OLD);
    });
    for (const path of READS) expectNow(await testbed.request(path));
    expect(testbed.social.requests[0]).toMatchObject({ method, aborted: false });
  });

  test('a tag of before is worth nothing', async () => {
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
  test('it is there, also where somebody had looked before', async () => {
    const { testbed, headers } = await arrange();
    expect((await testbed.request('/api/posts/1001')).status).toBe(404);
    const response = await post(testbed, headers);
    expect([response.status, response.headers['location']]).toEqual([201, '/api/posts/1001']);
    expect((await testbed.request('/api/posts/1001')).body).toEqual(response.body);
  });

  test('a page, a profile and counts that were in the air are nobody’s any more', async () => {
    const { testbed, headers } = await arrange();
    const paths = ['/api/users/7/posts', '/api/users/7/profile'];
    const counted = async () =>
      ((await testbed.request(paths[1]!)).body as { postCount: number }).postCount;
    const count = await counted();
    const release = testbed.social.hold();
    testbed.social.clearRequests();
    const before = paths.map((path) => testbed.request(path));
    await until('all are asked', () => testbed.social.requests.length >= 2);
    testbed.social.respondWith();
    await post(testbed, headers);
    for (const path of paths) expect(contentsOf(await testbed.request(path))[0]).toBe('New.');
    expect(await counted()).toBe(count + 1);
    release();
    for (const response of await Promise.all(before))
      expect(contentsOf(response)).not.toContain('New.');
  });
});

describe('after a change between two people', () => {
  test.each(['PUT', 'DELETE'])(
    'by %s, counts that were in the air are nobody’s any more',
    async (method) => {
      const { testbed, headers } = await arrange();
      const counted = async () =>
        ((await testbed.request('/api/users/7/profile')).body as { friendCount: number })
          .friendCount;
      const count = await counted();
      const release = testbed.social.hold();
      testbed.social.clearRequests();
      const before = testbed.request('/api/users/7/profile');
      await until('it is asked', () => testbed.social.requests.length === 2);
      testbed.social.respondWith();
      expect((await testbed.request('/api/friends/9', { method, headers })).status).toBeLessThan(
        300,
      );
      expect(await counted()).not.toBe(count);
      release();
      expect((await before).body).toMatchObject({ friendCount: count });
    },
  );
});
