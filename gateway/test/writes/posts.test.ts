// Writing, changing and deleting posts: what is told, whoever else is away.
import { describe, expect, test } from '@jest/globals';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { stage } from '../support/stage.ts';
import { answers } from '../support/upstream.ts';
import { timeOf, userOf } from '../support/world.ts';

/** User 7, who wrote post 6; the keys are known, and nothing else. */
async function arrange() {
  const it = await stage();
  const headers = bearer(it.identity.begin(7));
  await it.get('/api/friends/requests?direction=outgoing&limit=1', { headers });
  it.identity.forget();
  it.social.forget();
  const write = (method: string, path: string, content?: string, more: object = {}) =>
    it.get(path, {
      method,
      headers: { ...headers, ...more },
      ...(content !== undefined && { json: { content } }),
    });
  return { it, headers, write };
}

const posted = (content: string) => ({
  id: 1001,
  content,
  author: userOf(7),
  createdAt: timeOf(1001),
});

test('a new post is a 201 with its author and its address, where it then is', async () => {
  const { it, headers, write } = await arrange();
  const heard = await write('POST', '/api/posts', 'Good evening.');
  expect([heard.status, heard.body]).toEqual([201, posted('Good evening.')]);
  expect(heard.headers).toMatchObject({ location: '/api/posts/1001', 'cache-control': 'no-store' });
  expect(heard.headers['etag']).toBeUndefined();
  expect((await it.get('/api/posts/1001')).body).toEqual(heard.body);
  expect(it.social.seen[0]?.headers.authorization).toBe(headers.Authorization);
});

test('an edited post is a 200 with its author, as it is now', async () => {
  const { it, write } = await arrange();
  const heard = await write('PATCH', '/api/posts/6', 'Better.');
  expect([heard.status, heard.body]).toEqual([
    200,
    { id: 6, content: 'Better.', author: userOf(7), createdAt: timeOf(6) },
  ]);
  expect(heard.headers['cache-control']).toBe('no-store');
  expect((await it.get('/api/posts/6')).body).toEqual(heard.body);
});

test('a deleted post is a 204 without a word, and then a 404', async () => {
  const { it, write } = await arrange();
  const heard = await write('DELETE', '/api/posts/6');
  expect([heard.status, heard.text]).toEqual([204, '']);
  expect((await it.get('/api/posts/6')).status).toBe(404);
  expect((await write('DELETE', '/api/posts/6')).status).toBe(404);
});

describe.each([
  ['PATCH', 'Mine now.'],
  ['DELETE', undefined],
])('%s of a post', (method, content) => {
  test('by somebody else is a 403, and changes nothing', async () => {
    const { it, write } = await arrange();
    expectProblem(await write(method, '/api/posts/5', content), 403, 'forbidden', '/api/posts/5');
    expect((await it.get('/api/posts/5')).body).toMatchObject({ content: 'This is post 5.' });
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
    const { it, write } = await arrange();
    for (const id of ['0', 'x', '9007199254740992']) {
      const heard = await write(method, `/api/posts/${id}`, content);
      expect(heard.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
    }
    expect([it.social.seen, it.identity.seen]).toEqual([[], []]);
  });
});

describe('what was written is told in any case', () => {
  test.each([
    ['POST', '/api/posts', 201],
    ['PATCH', '/api/posts/6', 200],
  ])(
    '%s %s without Identity is answered without the author, and says so',
    async (method, path, status) => {
      const { it, write } = await arrange();
      await it.identity.refuse();
      const heard = await write(method, path, 'Anyway.');
      expect([heard.status, heard.body]).toEqual([
        status,
        expect.objectContaining({ content: 'Anyway.', author: null }),
      ]);
      expect(heard.headers['proxy-status']).toBe('identity; error=connection_refused');
      expect(heard.headers['cache-status']).toBe('author; fwd=miss; detail=connection_refused');
    },
  );

  test('also to a client that wants all or nothing: it cannot be undone', async () => {
    const { it, write } = await arrange();
    await it.identity.refuse();
    const heard = await write('POST', '/api/posts', 'Anyway.', { Prefer: 'handling=strict' });
    expect(heard.status).toBe(201);
    expect(heard.headers['preference-applied']).toBeUndefined();
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
    const { it, write } = await arrange();
    it.social.behave(answers(saying));
    expectProblem(await write(method, path, 'x'), 504, 'outcome-unknown', path);
    expect(it.social.seen).toHaveLength(1);
  },
);

test('a post that its writer’s client repeats by its key is asked of Social each time: it knows', async () => {
  const { it, write } = await arrange();
  const key = { 'Idempotency-Key': 'evening-1' };
  const asked = [1, 2].map(() => write('POST', '/api/posts', 'Good evening.', key));
  for (const heard of await Promise.all(asked)) expect(heard.status).toBe(201);
  expect(it.social.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([
    '"evening-1"',
    '"evening-1"',
  ]);
});
