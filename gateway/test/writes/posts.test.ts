// Creating, changing and deleting posts: the answers, also while Identity is down.
import { describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';
import { always } from 'chassis/testing/stub-server';
import { timeOf } from '../support/fixtures.ts';
import { userOf } from 'chassis/testing/users';

/** User 7, who wrote post 6. The gateway has the keys, and an empty cache. */
async function arrange() {
  const testbed = await startTestbed();
  const headers = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/friends/requests?direction=outgoing&limit=1', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const write = (method: string, path: string, content?: string, extraHeaders: object = {}) =>
    testbed.request(path, {
      method,
      headers: { ...headers, ...extraHeaders },
      ...(content !== undefined && { json: { content } }),
    });
  return { testbed, headers, write };
}

const newPost = (content: string) => ({
  id: 1001,
  content,
  author: userOf(7),
  createdAt: timeOf(1001),
});

test('a new post is a 201 with its author and its address, which serves it from then on', async () => {
  const { testbed, headers, write } = await arrange();
  const response = await write('POST', '/api/posts', 'Good evening.');
  expect([response.status, response.body]).toEqual([201, newPost('Good evening.')]);
  expect(response.headers).toMatchObject({
    location: '/api/posts/1001',
    'cache-control': 'no-store',
  });
  const read = await testbed.request('/api/posts/1001');
  expect([read.body, read.headers['etag']]).toEqual([response.body, response.headers['etag']]);
  expect(testbed.social.requests[0]?.headers.authorization).toBe(headers.Authorization);
});

test('a changed post is a 200 with its author, its new content and the time of the change', async () => {
  const { testbed, write } = await arrange();
  const response = await write('PATCH', '/api/posts/6', 'Better.');
  expect([response.status, response.body]).toEqual([
    200,
    {
      id: 6,
      content: 'Better.',
      author: userOf(7),
      createdAt: timeOf(6),
      editedAt: timeOf(1000),
    },
  ]);
  expect(response.headers['cache-control']).toBe('no-store');
  expect((await testbed.request('/api/posts/6')).body).toEqual(response.body);
  expect((await testbed.request('/api/posts?ids=6')).body).toEqual({ items: [response.body] });
});

test('a deleted post is a 204 without a body, and then a 404', async () => {
  const { testbed, write } = await arrange();
  const response = await write('DELETE', '/api/posts/6');
  expect([response.status, response.text]).toEqual([204, '']);
  expect((await testbed.request('/api/posts/6')).status).toBe(404);
  expect((await write('DELETE', '/api/posts/6')).status).toBe(404);
});

describe.each([
  ['PATCH', 'Mine now.'],
  ['DELETE', undefined],
])('%s of a post', (method, content) => {
  test('of another user is a 403, and changes nothing', async () => {
    const { testbed, write } = await arrange();
    expectProblem(await write(method, '/api/posts/5', content), 403, 'forbidden', '/api/posts/5');
    expect((await testbed.request('/api/posts/5')).body).toMatchObject({
      content: 'This is post 5.',
    });
  });

  test('that does not exist is a 404', async () => {
    const { write } = await arrange();
    expectProblem(
      await write(method, '/api/posts/9999', content),
      404,
      'not-found',
      '/api/posts/9999',
    );
  });

  test('whose id is invalid is a 400, without a request to an upstream', async () => {
    const { testbed, write } = await arrange();
    for (const id of ['0', 'x', '9007199254740992']) {
      const response = await write(method, `/api/posts/${id}`, content);
      expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
    }
    expect([testbed.social.requests, testbed.identity.requests]).toEqual([[], []]);
  });
});

describe('a write while Identity is down', () => {
  test.each([
    ['POST', '/api/posts', 201],
    ['PATCH', '/api/posts/6', 200],
  ])(
    'by %s %s is answered without the author, marked as degraded',
    async (method, path, status) => {
      const { testbed, write } = await arrange();
      await testbed.identity.refuse();
      const response = await write(method, path, 'Anyway.');
      expect([response.status, response.body]).toEqual([
        status,
        expect.objectContaining({ content: 'Anyway.', author: null }),
      ]);
      expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
      expect(response.headers['cache-status']).toBe('author; fwd=miss; detail=connection_refused');
    },
  );

  test('is answered without the author also when the client prefers strict handling, as it cannot be undone', async () => {
    const { testbed, write } = await arrange();
    await testbed.identity.refuse();
    const response = await write('POST', '/api/posts', 'Anyway.', { Prefer: 'handling=strict' });
    expect(response.status).toBe(201);
    expect(response.headers['preference-applied']).toBeUndefined();
  });
});

test.each([
  ['POST', '/api/posts', { status: 201, body: { id: 1001 } }],
  ['POST', '/api/posts', { status: 200, body: { ...newPost('x'), authorId: 7 } }],
  ['PATCH', '/api/posts/6', { status: 200, body: { ...newPost('x'), authorId: 7 } }],
  ['PATCH', '/api/posts/6', { status: 204 }],
])(
  '%s %s whose response is the invalid %j is sent once, and answered with a 504 about its unknown outcome',
  async (method, path, response) => {
    const { testbed, write } = await arrange();
    testbed.social.respondWith(always(response));
    expectProblem(await write(method, path, 'x'), 504, 'outcome-unknown', path);
    expect(testbed.social.requests).toHaveLength(1);
  },
);

test('a new post that the client repeats with its idempotency key is sent to Social each time', async () => {
  const { testbed, write } = await arrange();
  const key = { 'Idempotency-Key': 'evening-1' };
  const repeated = [1, 2].map(() => write('POST', '/api/posts', 'Good evening.', key));
  for (const response of await Promise.all(repeated)) expect(response.status).toBe(201);
  expect(testbed.social.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
    '"evening-1"',
    '"evening-1"',
  ]);
});
