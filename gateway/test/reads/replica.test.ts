// AUTHOR_STRATEGY=replica: post and author come from Social in one request, and Identity is asked for no name.
import { describe, expect, test } from '@jest/globals';
import type { FriendPage, Page, Profile } from 'contracts/types';
import { only, status } from '../support/behaviours.ts';
import { stateOf } from '../support/breakers.ts';
import { expectProblem, expectTold, member } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { stage, type Casting } from '../support/stage.ts';
import { userOf, wholePost } from '../support/world.ts';

const AUTHOR = 6;
const FROM_COPY = 'author; fwd=miss; detail=replica';
const COPY = /^\/api\/authors/;

/** The keys are known, by which the viewer's token is checked; Social's copy has another name for the author of post 5. */
async function arrange({ env, ...casting }: Casting = {}) {
  const it = await stage({
    ...casting,
    // As it is by default, so that nothing but the strategy keeps the gateway from asking.
    env: { AUTHOR_STRATEGY: 'replica', FOLLOW_LOG: 'true', ...env },
  });
  const headers = bearer(it.identity.begin(7));
  await it.get('/api/me', { headers });
  it.social.copy.hold(AUTHOR, 'copied');
  it.identity.forget();
  return { ...it, headers, asked: () => it.social.seen.map(({ path }) => path) };
}

const COPIED = { id: AUTHOR, username: 'copied' };
const post = (id: number) => wholePost(id);
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
      const { get, headers, asked, identity } = await arrange();
      const heard = await get(path, { headers });
      expect(read(heard.body)).toEqual(expected);
      expect(asked().toSorted()).toEqual(requests.toSorted());
      expect(identity.seen).toEqual([]);
      expect(member(heard, 'cache-status', 'author')).toBe(FROM_COPY);
      expect(heard.headers['proxy-status']).toBeUndefined();
      expect(heard.headers['server-timing']).toMatch(/^social;dur=[\d.]+$/);
      const etag = String(heard.headers['etag']);
      const again = await get(path, {
        headers: { ...headers, 'If-None-Match': etag, Prefer: 'handling=strict' },
      });
      expect(again.status).toBe(304);
    },
  );

  test.each(stories.map(([path]) => path))('%s is the same with Identity dead', async (path) => {
    const { get, headers, identity } = await arrange();
    const before = await get(path, { headers });
    await identity.refuse();
    const heard = await get(path, { headers });
    expect([heard.status, heard.text]).toEqual([200, before.text]);
    expect(heard.headers['etag']).toBe(before.headers['etag']);
  });

  test('none of them is counted as degraded', async () => {
    const { get, metric } = await arrange();
    await get('/api/posts/5');
    expect(await metric('gateway_degraded_answers_total{part="author",reason="replica"}')).toBe(0);
  });

  test('a post that is remembered brings its author along: a hit, and nobody is asked', async () => {
    const { get, social } = await arrange({ env: { POST_TTL_MS: '60000' } });
    await get('/api/posts/5');
    social.forget();
    for (const path of ['/api/posts/5', '/api/posts?ids=5']) {
      const heard = await get(path);
      expect(heard.text).toContain('"copied"');
      expect(heard.headers['cache-status']).toMatch(/^post; hit; ttl=\d+, author; hit; ttl=\d+$/);
    }
    expect(social.seen).toEqual([]);
  });

  test('posts that are known do not have their authors asked for ahead', async () => {
    const { get, asked } = await arrange();
    await get('/api/posts?ids=5,6');
    await get('/api/posts?ids=5,6');
    await get('/api/posts/5');
    expect(asked()).toEqual([
      '/api/posts?ids=5,6&include=author',
      '/api/posts?ids=5,6&include=author',
      '/api/posts/5?include=author',
    ]);
  });

  test('a new post is told with its author, from the copy', async () => {
    const { get, headers, identity } = await arrange();
    const heard = await get('/api/posts', { method: 'POST', headers, json: { content: 'Hi.' } });
    expect(heard.body).toMatchObject({ author: userOf(7) });
    expect(identity.seen).toEqual([]);
  });
});

describe('who is not in the copy', () => {
  async function without(casting: Casting = {}) {
    const it = await arrange(casting);
    it.social.copy.hold(AUTHOR, null);
    return it;
  }

  test.each([`/api/users/${AUTHOR}`, pagesPath, `/api/users/${AUTHOR}/profile`])(
    '%s is a 404, though Identity knows better',
    async (path) => {
      const { get, identity } = await without();
      expectProblem(await get(path), 404, 'not-found', path.replace(/\?.*/, ''));
      expect(identity.seen).toEqual([]);
    },
  );

  test('is null in a post, which is a whole answer: nobody else would be asked', async () => {
    const { get } = await without();
    for (const path of ['/api/posts/5', '/api/posts?ids=5,6']) {
      const heard = await get(path, { headers: { Prefer: 'handling=strict' } });
      expect(heard.status).toBe(200);
      expect(heard.text).toContain('"author":null');
      expect(heard.headers['etag']).toBeDefined();
    }
  });

  test('and has no posts, is asked for by name, and is a 404, too', async () => {
    const { get, asked } = await arrange({ population: { authors: 10, posts: 3 } });
    expect((await get('/api/users/9/posts')).body).toEqual({ items: [], nextCursor: null });
    expect(asked()).toEqual([
      '/api/posts?authorId=9&limit=20&include=author',
      '/api/authors?ids=9',
    ]);
    expect((await get('/api/users/11/posts')).status).toBe(404);
  });

  test('is a friend without a name, not one who is gone: with a user, the copy forgets friendships', async () => {
    const { get, headers, social } = await arrange();
    social.copy.hold(9, null);
    const heard = await get('/api/friends', { headers });
    expect((heard.body as FriendPage).items).toMatchObject([
      { id: 8, username: 'user_8' },
      { id: 9, username: null },
      { id: 10, username: 'user_10' },
    ]);
  });
});

describe('when the copy fails', () => {
  test('a user is Social’s failure, and Identity is not asked', async () => {
    const it = await arrange();
    it.social.behave(only(COPY, status(503)));
    const heard = await it.get(`/api/users/${AUTHOR}`);
    expectProblem(heard, 503, 'upstream-unavailable', `/api/users/${AUTHOR}`);
    expectTold(heard, 'social', { receivedStatus: 503 });
    expect(it.identity.seen).toEqual([]);
  });

  test('friends have no names, and posts are asked for all the same', async () => {
    const it = await arrange({ env: { BREAKER_VOLUME: '2' } });
    it.social.behave(only(COPY, status(500)));
    for (let times = 0; times < 3; times += 1) {
      const heard = await it.get('/api/friends', { headers: it.headers });
      expect(heard.status).toBe(200);
      expect(heard.headers['cache-control']).toBe('no-store');
      // The second time, what is asked aside has a breaker of its own, which is open.
      const open = { error: 'destination_unavailable' };
      expectTold(heard, 'social', times === 0 ? { receivedStatus: 500 } : open);
    }
    expect(await stateOf(it, 'social')).toBe('closed');
    expect((await it.get('/api/posts/5')).body).toEqual({ ...post(5), author: COPIED });
  });

  test('posts come from it together with their authors, or not at all', async () => {
    const { get, social, identity } = await arrange();
    social.behave(status(500));
    expectProblem(await get('/api/posts/5'), 502, 'upstream-invalid', '/api/posts/5');
    expect(identity.seen).toEqual([]);
  });
});
