// The complete service over real sockets: every public route, its limits, and what HTTP requires of every route.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { type Client, clientOf } from 'chassis/testing/http-client';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { start } from '../src/service.ts';

let database: TestDatabase;
let service: Running;
let request: Client;

beforeAll(async () => {
  database = await embeddedDatabase();
  service = await start({
    ...database.settings,
    PORT: '0',
    ADMIN_PORT: '0',
    DEMO_DATA: 'true',
    LOG_LEVEL: 'silent',
  });
  request = clientOf(service.url, conformance('social'));
});

afterAll(async () => {
  await service.stop();
  await database.remove();
});

interface List {
  readonly items: readonly { readonly id: number }[];
  readonly nextCursor: string | null;
}
const idsOf = ({ body }: { body: unknown }) => (body as List).items.map(({ id }) => id);
const cursorOf = ({ body }: { body: unknown }) => (body as List).nextCursor;
const pointersOf = ({ body }: { body: unknown }) =>
  (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);

describe('GET /api/posts/{id}', () => {
  test('returns the post with the id of its author', async () => {
    const { status, body } = await request('/api/posts/5');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 5,
      content: 'Cats are great, dogs are too. But, to be fair, the sun is much better.',
      authorId: 1,
      createdAt: '2026-01-05T09:30:00.000Z',
    });
  });

  test('answers with a 404 problem for a post that does not exist', async () => {
    const { status, body } = await request('/api/posts/999');
    expect(status).toBe(404);
    expect(body).toMatchObject({ instance: '/api/posts/999', detail: 'There is no post 999' });
  });

  test.each(['0', '-1', '01', '9007199254740992', 'x', '5%20or%201=1'])(
    'rejects the id %s with a 400 that points at the id',
    async (id) => {
      const answer = await request(`/api/posts/${id}`);
      expect(answer.status).toBe(400);
      expect(pointersOf(answer)).toEqual(['/path/id']);
    },
  );
});

describe('GET /api/posts?ids=', () => {
  test('returns posts in the order of the ids, each once, without posts that do not exist', async () => {
    const answer = await request('/api/posts?ids=5,999,3,5,12');
    expect(answer.status).toBe(200);
    expect(idsOf(answer)).toEqual([5, 3, 12]);
  });

  test('accepts 100 ids, and rejects 101 ids with a 400', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => index + 1);
    expect(idsOf(await request(`/api/posts?ids=${ids.slice(0, 100).join(',')}`))).toHaveLength(12);
    expect((await request(`/api/posts?ids=${ids.join(',')}`)).status).toBe(400);
  });

  test.each([
    ['/api/posts?ids=', '/query/ids'],
    ['/api/posts?ids=1,,2', '/query/ids'],
    ['/api/posts?ids=5&authorId=1', '/query/authorId'],
    ['/api/posts?ids=5&limit=1', '/query/limit'],
    ['/api/posts?ids=5&cursor=eyJpIjo1fQ', '/query/cursor'],
    ['/api/posts', '/query/ids'],
    ['/api/posts?limit=5', '/query/ids'],
    ['/api/posts?ids=5&include=authors', '/query/include'],
    ['/api/posts?ids=5&include=author&include=author', '/query/include'],
  ])('rejects %s with a 400 that points at %s', async (path, pointer) => {
    const answer = await request(path);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual([pointer]);
  });
});

describe('GET /api/posts?authorId=', () => {
  test('returns all pages by their cursors, newest first; the cursor of the last page is null', async () => {
    const first = await request('/api/posts?authorId=1&limit=2');
    expect(idsOf(first)).toEqual([12, 8]);
    const second = await request(`/api/posts?authorId=1&limit=2&cursor=${cursorOf(first)}`);
    expect(idsOf(second)).toEqual([5, 1]);
    expect(cursorOf(second)).toBeNull();
  });

  test('returns an empty page for an author without posts', async () => {
    expect((await request('/api/posts?authorId=6')).body).toEqual({ items: [], nextCursor: null });
    expect((await request('/api/posts?authorId=777')).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  test.each([
    ['authorId=x', '/query/authorId'],
    ['authorId=1&limit=0', '/query/limit'],
    ['authorId=1&limit=101', '/query/limit'],
    ['authorId=1&limit=1e1', '/query/limit'],
    ['authorId=1&cursor=', '/query/cursor'],
    ['authorId=1&cursor=abc', '/query/cursor'],
    [`authorId=1&cursor=${'A'.repeat(201)}`, '/query/cursor'],
    ['authorId=1&authorId=2', '/query/authorId'],
  ])('rejects %s with a 400 that points at %s', async (query, pointer) => {
    const answer = await request(`/api/posts?${query}`);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual([pointer]);
  });
});

describe('GET /api/users/{id}/counts', () => {
  test('counts posts and accepted friendships', async () => {
    expect((await request('/api/users/1/counts')).body).toEqual({ postCount: 4, friendCount: 3 });
    expect((await request('/api/users/6/counts')).body).toEqual({ postCount: 0, friendCount: 0 });
  });

  test('returns zeros for an unknown user', async () => {
    const { status, body } = await request('/api/users/777/counts');
    expect(status).toBe(200);
    expect(body).toEqual({ postCount: 0, friendCount: 0 });
  });

  test('answers an invalid id and an unknown parameter with a 400', async () => {
    expect(pointersOf(await request('/api/users/me/counts'))).toEqual(['/path/id']);
    expect(pointersOf(await request('/api/users/1/counts?of=posts'))).toEqual(['/query/of']);
  });
});

describe('every route', () => {
  test.each([
    ['/api/posts/5', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['/api/posts?ids=5', 'GET, HEAD, POST, OPTIONS'],
    ['/api/posts?authorId=1', 'GET, HEAD, POST, OPTIONS'],
    ['/api/users/1/counts', 'GET, HEAD, OPTIONS'],
  ])(
    '%s can be revalidated, supports HEAD, and lists its methods in Allow',
    async (path, allow) => {
      const get = await request(path);
      const etag = get.headers['etag']!;
      expect((await request(path, { headers: { 'If-None-Match': etag } })).status).toBe(304);
      expect((await request(path, { method: 'HEAD' })).headers['etag']).toBe(etag);
      const options = await request(path, { method: 'OPTIONS' });
      expect([options.status, options.headers['allow']]).toEqual([204, allow]);
      const put = await request(path, { method: 'PUT' });
      expect([put.status, put.headers['allow']]).toEqual([405, allow]);
    },
  );

  test.each(['/', '/metrics', '/readyz', '/api/users/1', '/api/posts/5/author'])(
    '%s is a 404 on the public port',
    async (path) => {
      expect((await request(path)).status).toBe(404);
    },
  );
});
