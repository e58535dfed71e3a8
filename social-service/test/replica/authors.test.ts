// The replica of Identity's users over HTTP: by their ids, and as the authors of posts.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuthorBatch, Post, PostPage } from 'contracts/types';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { deleted, named } from 'chassis/testing/user-events';
import { startTestSocial, type TestSocial } from '../support/service.ts';
import { until } from 'chassis/testing/until';

let database: TestDatabase;
let social: TestSocial;
beforeAll(async () => {
  database = await embeddedDatabase();
  // The demo posts are by users 1 to 5; the replica does not know 4 and 5.
  social = await startTestSocial(database, { DEMO_DATA: 'true' }, (identity) => {
    identity.log.append([
      named(1, 1, 'cat_sun_dog'),
      named(2, 2, 'early_bird'),
      named(3, 3, 'night_owl'),
    ]);
  });
});
afterAll(async () => {
  await social.stop();
  await database.remove();
});

const cat = { id: 1, username: 'cat_sun_dog' };
const bird = { id: 2, username: 'early_bird' };
const pointersOf = ({ body }: { body: unknown }) =>
  (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);
const authorsIn = ({ body }: { body: unknown }) =>
  (body as PostPage).items.map(({ author }) => author);

describe('GET /api/authors', () => {
  test('returns users in the order of the ids, each once, without users who are not in the replica', async () => {
    const { status, body, headers } = await social.request('/api/authors?ids=2,4,1,2');
    expect(status).toBe(200);
    expect(body).toEqual({ items: [bird, cat], lagMs: expect.any(Number) });
    const again = { headers: { 'If-None-Match': headers['etag']! } };
    expect((await social.request('/api/authors?ids=2,4,1,2', again)).status).toBe(304);
  });

  test('returns an empty list when none of the users is in the replica', async () => {
    expect((await social.request('/api/authors?ids=777')).body).toMatchObject({ items: [] });
  });

  test.each([
    ['/api/authors', '/query/ids'],
    ['/api/authors?ids=', '/query/ids'],
    ['/api/authors?ids=0', '/query/ids'],
    [`/api/authors?ids=${Array.from({ length: 101 }, (_, n) => n + 1).join()}`, '/query/ids'],
    ['/api/authors?ids=1&include=author', '/query/include'],
  ])('rejects %s with a 400 that points at %s', async (path, pointer) => {
    const answer = await social.request(path);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual([pointer]);
  });

  test('returns a new user, a rename and a deletion within a second', async () => {
    const nameOf9 = async () =>
      ((await social.request('/api/authors?ids=9')).body as AuthorBatch).items[0]?.username;
    social.identity.log.append([named(10, 9, 'before', 'UserCreated')]);
    await until('it is there', async () => (await nameOf9()) === 'before');
    const renamedAt = performance.now();
    social.identity.log.append([named(11, 9, 'after')]);
    await until('it is renamed', async () => (await nameOf9()) === 'after');
    social.identity.log.append([deleted(12, 9)]);
    await until('it is gone', async () => (await nameOf9()) === undefined);
    expect(performance.now() - renamedAt).toBeLessThan(1_000);
  });
});

describe('include=author', () => {
  test('adds the author to one post; null when the replica does not have the author', async () => {
    const one = (await social.request('/api/posts/5?include=author')).body as Post;
    expect(one).toEqual({ ...((await social.request('/api/posts/5')).body as Post), author: cat });
    expect((await social.request('/api/posts/4?include=author')).body).toMatchObject({
      author: null,
    });
  });

  test('works with ids, with pages of authorId, and with the feed', async () => {
    const batch = await social.request('/api/posts?ids=4,3,5&include=author');
    expect(authorsIn(batch)).toEqual([null, bird, cat]);
    const page = await social.request('/api/posts?authorId=2&limit=1&include=author');
    expect(authorsIn(page)).toEqual([bird]);
    const { nextCursor } = page.body as PostPage;
    const next = `/api/posts?authorId=2&limit=1&include=author&cursor=${nextCursor}`;
    expect(authorsIn(await social.request(next))).toEqual([bird]);
    expect(authorsIn(await social.request('/api/posts?authorId=777&include=author'))).toEqual([]);
    const feed = await social.requestAs(2, '/api/feed?include=author');
    expect(authorsIn(feed)).toEqual(expect.arrayContaining([null, bird, cat]));
  });

  test.each(['/api/posts/5', '/api/posts?ids=5', '/api/posts?authorId=1', '/api/feed'])(
    'is optional: %s without it returns posts without authors',
    async (path) => {
      const { body } = await social.requestAs(1, path);
      expect(JSON.stringify(body)).not.toContain('"author"');
    },
  );

  test.each([
    '/api/posts/5?include=',
    '/api/posts/5?include=friends',
    '/api/posts?ids=5&include=Author',
    '/api/posts?authorId=1&include=author,author',
    '/api/feed?include=1',
  ])('is a 400 with another value or twice: %s', async (path) => {
    const answer = await social.requestAs(1, path);
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual(['/query/include']);
  });
});
