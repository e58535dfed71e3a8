// Writing, changing and deleting posts: what is told, whoever else is away.
import { describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';
import { always } from 'chassis/testing/stub-server';
import { timeOf } from '../support/fixtures.ts';
import { userOf } from 'chassis/testing/users';

/** User 7, who wrote post 6; the keys are known, and nothing else. */
async function arrange() {
  const testbed = await startTestbed();
  const headers = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/friends/requests?direction=outgoing&limit=1', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const write = (method: string, path: string, content?: string, more: object = {}) =>
    testbed.request(path, {
      method,
      headers: { ...headers, ...more },
      ...(content !== undefined && { json: { content } }),
    });
  return { testbed, headers, write };
}

const posted = (content: string) => ({
  id: 1001,
  content,
  author: userOf(7),
  createdAt: timeOf(1001),
});

test('a new post is a 201 with its author and its address, where it then is', async () => {
  const { testbed, headers, write } = await arrange();
  const response = await write('POST', '/api/posts', 'Good evening.');
  expect([response.status, response.body]).toEqual([201, posted('Good evening.')]);
  expect(response.headers).toMatchObject({
    location: '/api/posts/1001',
    'cache-control': 'no-store',
  });
  expect(response.headers['etag']).toBeUndefined();
  expect((await testbed.request('/api/posts/1001')).body).toEqual(response.body);
  expect(testbed.social.requests[0]?.headers.authorization).toBe(headers.Authorization);
});

test('an edited post is a 200 with its author, as it is now', async () => {
  const { testbed, write } = await arrange();
  const response = await write('PATCH', '/api/posts/6', 'Better.');
  expect([response.status, response.body]).toEqual([
    200,
    { id: 6, content: 'Better.', author: userOf(7), createdAt: timeOf(6) },
  ]);
  expect(response.headers['cache-control']).toBe('no-store');
  expect((await testbed.request('/api/posts/6')).body).toEqual(response.body);
});

test('a deleted post is a 204 without a word, and then a 404', async () => {
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
  test('by somebody else is a 403, and changes nothing', async () => {
    const { testbed, write } = await arrange();
    expectProblem(await write(method, '/api/posts/5', content), 403, 'forbidden', '/api/posts/5');
    expect((await testbed.request('/api/posts/5')).body).toMatchObject({
      content: 'This is post 5.',
    });
  });

  test('that is not there is a 404', async () => {
    const { write } = await arrange();
    expectProblem(
      await write(method, '/api/posts/9999', content),
      404,
      'not-found',
      '/api/posts/9999',
    );
  });

  test('whose id is none is a 400, and asks nobody', async () => {
    const { testbed, write } = await arrange();
    for (const id of ['0', 'x', '9007199254740992']) {
      const response = await write(method, `/api/posts/${id}`, content);
      expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
    }
    expect([testbed.social.requests, testbed.identity.requests]).toEqual([[], []]);
  });
});

describe('what was written is told in any case', () => {
  test.each([
    ['POST', '/api/posts', 201],
    ['PATCH', '/api/posts/6', 200],
  ])(
    '%s %s without Identity is answered without the author, and says so',
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

  test('also to a client that wants all or nothing: it cannot be undone', async () => {
    const { testbed, write } = await arrange();
    await testbed.identity.refuse();
    const response = await write('POST', '/api/posts', 'Anyway.', { Prefer: 'handling=strict' });
    expect(response.status).toBe(201);
    expect(response.headers['preference-applied']).toBeUndefined();
  });
});

test.each([
  ['POST', '/api/posts', { status: 201, body: { id: 1001 } }],
  ['POST', '/api/posts', { status: 200, body: { ...posted('x'), authorId: 7 } }],
  ['PATCH', '/api/posts/6', { status: 200, body: { ...posted('x'), authorId: 7 } }],
  ['PATCH', '/api/posts/6', { status: 204 }],
])(
  '%s %s, answered with %j, cannot be understood: a 504 that says so, sent once',
  async (method, path, saying) => {
    const { testbed, write } = await arrange();
    testbed.social.respondWith(always(saying));
    expectProblem(await write(method, path, 'x'), 504, 'outcome-unknown', path);
    expect(testbed.social.requests).toHaveLength(1);
  },
);

test('a post that its writer’s client repeats by its key is asked of Social each time: it knows', async () => {
  const { testbed, write } = await arrange();
  const key = { 'Idempotency-Key': 'evening-1' };
  const asked = [1, 2].map(() => write('POST', '/api/posts', 'Good evening.', key));
  for (const response of await Promise.all(asked)) expect(response.status).toBe(201);
  expect(testbed.social.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
    '"evening-1"',
    '"evening-1"',
  ]);
});
