// Creating, editing and deleting posts over HTTP.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Post } from 'contracts/types';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { startTestSocial, type TestSocial } from '../support/service.ts';

let database: TestDatabase;
let social: TestSocial;
beforeAll(async () => {
  database = await embeddedDatabase();
  social = await startTestSocial(database, { DEMO_DATA: 'true' });
});
afterAll(async () => {
  await social.stop();
  await database.remove();
});

const create = (userId: number, body: object, headers: Record<string, string> = {}) =>
  social.requestAs(userId, '/api/posts', { method: 'POST', json: body, headers });
const edit = (
  userId: number,
  id: number | string,
  body: object,
  headers: Record<string, string> = {},
) => social.requestAs(userId, `/api/posts/${id}`, { method: 'PATCH', json: body, headers });
const remove = (userId: number, id: number | string, headers: Record<string, string> = {}) =>
  social.requestAs(userId, `/api/posts/${id}`, { method: 'DELETE', headers });
const etagOf = async (id: number) =>
  (await social.request(`/api/posts/${id}`)).headers['etag'] as string;
const newPost = async (userId: number): Promise<Post> =>
  (await create(userId, { content: 'x' })).body as Post;
const pointersOf = ({ body }: { body: unknown }) =>
  (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);
const typeOf = ({ body }: { body: unknown }) =>
  (body as { type: string }).type.replace('urn:social-network:problem:', '');

describe('POST /api/posts', () => {
  test('creates a post of the viewer with exactly the given text, and returns its address', async () => {
    const content = '  "Zähne" \\ 🦷 \u2028\r\n\t';
    const before = Date.now();
    const answer = await create(7, { content });
    const post = answer.body as Post;
    expect(answer.status).toBe(201);
    expect(post).toEqual({ id: 13, content, authorId: 7, createdAt: expect.any(String) });
    expect(Math.abs(Date.parse(post.createdAt) - before)).toBeLessThan(60_000);
    expect(answer.headers['location']).toBe('/api/posts/13');
    expect((await social.request('/api/posts/13')).body).toEqual(post);
    expect((await social.request('/api/users/7/counts')).body).toMatchObject({ postCount: 1 });
  });

  test.each([
    ['no text', {}, ['/body/content']],
    ['white space alone', { content: ' \n\u00a0' }, ['/body/content']],
    ['5,001 characters', { content: 'x'.repeat(5001) }, ['/body/content']],
    ['U+0000', { content: 'a\u0000' }, ['/body/content']],
    ['half a character', { content: 'a\ud83d' }, ['/body/content']],
    ['an author', { content: 'x', authorId: 1 }, ['/body/authorId']],
    ['a list', [], ['/body']],
  ])('rejects %s with a 400 that points at the fault', async (_, body, pointers) => {
    const answer = await create(7, body);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual(pointers);
  });

  test('stores a text with the white space around it', async () => {
    const content = ` ${'😀'.repeat(4998)}\n`;
    const answer = await create(8, { content });
    expect([answer.status, (answer.body as Post).content]).toEqual([201, content]);
  });

  test('answers a query parameter with a 400, a large body with a 413, a compressed body with a 415', async () => {
    const request = { method: 'POST', json: { content: 'x' } } as const;
    expect(pointersOf(await social.requestAs(7, '/api/posts?draft=1', request))).toEqual([
      '/query/draft',
    ]);
    expect((await create(7, { content: 'x'.repeat(70_000) })).status).toBe(413);
    const packed = { 'Content-Encoding': 'gzip' };
    expect((await create(7, { content: 'x' }, packed)).status).toBe(415);
  });
});

describe('an Idempotency-Key', () => {
  test('answers a repetition with the post as it is now, and with a 410 after it was deleted', async () => {
    const key = { 'Idempotency-Key': '"a key"' };
    const first = await create(20, { content: 'x' }, key);
    expect(first.status).toBe(201);
    const { id } = first.body as Post;
    const again = () => create(20, { content: 'x' }, key);
    const isNow = async () => {
      const { status, body, headers } = await again();
      const now = await social.request(`/api/posts/${id}`);
      expect([status, headers['location']]).toEqual([201, `/api/posts/${id}`]);
      expect([body, headers['etag']]).toEqual([now.body, now.headers['etag']]);
    };
    await isNow();
    expect((await again()).body).toEqual(first.body);
    await edit(20, id, { content: 'y' });
    await isNow();
    await remove(20, id);
    const gone = await again();
    expect([gone.status, typeOf(gone)]).toEqual([410, 'gone']);
    expect((await social.request('/api/users/20/counts')).body).toMatchObject({ postCount: 0 });
  });

  test('is the same with and without quotes; another body with it is a 422', async () => {
    const first = await create(21, { content: 'x' }, { 'Idempotency-Key': 'plain' });
    const quoted = { 'Idempotency-Key': '"plain"' };
    expect((await create(21, { content: 'x' }, quoted)).body).toEqual(first.body);
    const other = await create(21, { content: 'y' }, quoted);
    expect([other.status, typeOf(other)]).toEqual([422, 'key-reused']);
    expect((await create(22, { content: 'y' }, quoted)).status).toBe(201);
  });

  test('can be used again after its request was rejected', async () => {
    const key = { 'Idempotency-Key': 'refused' };
    expect((await create(21, { content: '' }, key)).status).toBe(400);
    expect((await create(21, { content: 'x' }, key)).status).toBe(201);
  });

  test.each(['""', 'x'.repeat(201), 'a b'])(
    'with the value %s is a 400 that points at the header',
    async (key) => {
      const answer = await create(21, { content: 'x' }, { 'Idempotency-Key': key });
      expect(answer.status).toBe(400);
      expect(pointersOf(answer)).toEqual(['/header/Idempotency-Key']);
    },
  );
});

describe('PATCH /api/posts/{id}', () => {
  test('changes only the text', async () => {
    const post = await newPost(30);
    const { status, body } = await edit(30, post.id, { content: ' y ' });
    expect([status, body]).toEqual([
      200,
      { ...post, content: ' y ', editedAt: expect.any(String) },
    ]);
    expect((await social.request(`/api/posts/${post.id}`)).body).toEqual(body);
  });

  test('says when the text was changed, in every read; the same edit again changes nothing', async () => {
    const { id, createdAt } = await newPost(32);
    const unedited = await newPost(32);
    expect(unedited).not.toHaveProperty('editedAt');
    const same = await edit(32, unedited.id, { content: 'x' });
    expect(same.body).toEqual(unedited);
    const first = await edit(32, id, { content: 'y' });
    const post = first.body as Post;
    expect(post.editedAt! >= createdAt).toBe(true);
    const again = await edit(32, id, { content: 'y' });
    expect([again.body, again.headers['etag']]).toEqual([post, first.headers['etag']]);
    for (const path of [`/api/posts?ids=${id}`, '/api/posts?authorId=32', '/api/feed'])
      for (const include of ['', 'include=author']) {
        const separator = path.includes('?') ? '&' : '?';
        const { body } = await social.requestAs(32, `${path}${separator}${include}`);
        const { items } = body as { items: Post[] };
        const { editedAt } = items.find((item) => item.id === id)!;
        expect([path, include, editedAt]).toEqual([path, include, post.editedAt]);
      }
  });

  test('is a 403 for another user’s post, and a 404 for a post that does not exist', async () => {
    const { id } = await newPost(30);
    expect((await edit(31, id, { content: 'y' })).status).toBe(403);
    expect((await edit(31, 999_999, { content: 'y' })).status).toBe(404);
    expect((await social.request(`/api/posts/${id}`)).body).toMatchObject({ content: 'x' });
  });

  test('is a 400 without a text, with an id in the body, and with an invalid id in the path', async () => {
    const { id } = await newPost(30);
    expect(pointersOf(await edit(30, id, {}))).toEqual(['/body/content']);
    expect(pointersOf(await edit(30, id, { content: 'y', id: 5 }))).toEqual(['/body/id']);
    expect(pointersOf(await edit(30, 'x', { content: 'y' }))).toEqual(['/path/id']);
  });
});

describe('DELETE /api/posts/{id}', () => {
  test('is a 204 without a body for the author; afterwards the post is a 404', async () => {
    const { id } = await newPost(40);
    const answer = await remove(40, id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await social.request(`/api/posts/${id}`)).status).toBe(404);
    expect((await remove(40, id)).status).toBe(404);
  });

  test('is a 403 for another user’s post, and a 400 for an invalid id', async () => {
    const { id } = await newPost(40);
    expect((await remove(41, id)).status).toBe(403);
    expect((await social.request(`/api/posts/${id}`)).status).toBe(200);
    expect(pointersOf(await remove(41, '0'))).toEqual(['/path/id']);
  });
});

describe('If-Match', () => {
  test('lets the author edit and delete a post that has not changed since it was read', async () => {
    const created = await create(50, { content: 'x' });
    const { id } = created.body as Post;
    expect(created.headers['etag']).toBe(await etagOf(id));
    const edited = await edit(50, id, { content: 'y' }, { 'If-Match': await etagOf(id) });
    expect([edited.status, edited.headers['etag']]).toEqual([200, await etagOf(id)]);
    expect((await remove(50, id, { 'If-Match': await etagOf(id) })).status).toBe(204);
  });

  test.each([
    ['one of several ETags', (etag: string) => `"another", ${etag}`],
    ['an ETag that a proxy made weak', (etag: string) => `W/${etag}`],
    ['*', () => '*'],
  ])('accepts the current version as %s', async (_, ifMatch) => {
    const { id } = await newPost(51);
    const headers = { 'If-Match': ifMatch(await etagOf(id)) };
    expect((await edit(51, id, { content: 'y' }, headers)).status).toBe(200);
  });

  test.each([
    ['the version before an edit', (before: string) => before],
    ['no ETag, but another text', () => 'nonsense'],
    ['an empty value', () => ''],
  ])('is a 412 with %s, and changes nothing', async (_, ifMatch) => {
    const { id } = await newPost(52);
    const headers = { 'If-Match': ifMatch(await etagOf(id)) };
    const edited = (await edit(52, id, { content: 'y' })).body;
    for (const answer of [
      await edit(52, id, { content: 'z' }, headers),
      await remove(52, id, headers),
    ])
      expect([answer.status, typeOf(answer)]).toEqual([412, 'precondition-failed']);
    expect((await social.request(`/api/posts/${id}`)).body).toEqual(edited);
  });

  test('is checked last: another user’s post is a 403, and a deleted post a 404', async () => {
    const { id } = await newPost(53);
    const headers = { 'If-Match': '"outdated"' };
    expect((await edit(54, id, { content: 'y' }, headers)).status).toBe(403);
    expect((await remove(54, id, headers)).status).toBe(403);
    await remove(53, id);
    expect((await edit(53, id, { content: 'y' }, headers)).status).toBe(404);
    expect((await remove(53, id, headers)).status).toBe(404);
  });
});
