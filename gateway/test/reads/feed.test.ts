// The feed: two requests upstream however long it is, every author in it, and what it is without Identity or Social.
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'contracts/types';
import { command } from '../support/breakers.ts';
import type { Heard } from '../support/client.ts';
import { expectDegraded, expectProblem, expectTold } from '../support/expectations.ts';
import { bearer, cookies } from '../support/session.ts';
import { stage, type Casting } from '../support/stage.ts';
import { answers, refuses } from '../support/upstream.ts';
import { postOf, wholePost } from '../support/world.ts';

const VIEWER = 7;
// What the stubs' Social shows to a viewer begins with this post.
const NEWEST = 1000 - VIEWER;

/** The keys are known, and nothing else. */
async function arrange(casting: Casting = {}) {
  const it = await stage(casting);
  const session = it.identity.begin(VIEWER);
  const headers = bearer(session);
  await it.get('/api/me', { headers });
  it.identity.forget();
  it.social.forget();
  const feed = (query = '', more: Readonly<Record<string, string>> = {}) =>
    it.get(`/api/feed${query}`, { headers: { ...headers, ...more } });
  return { it, session, feed };
}

const pageOf = ({ body }: Heard) => body as Page;
const whole = (length: number) => Array.from({ length }, (_, at) => wholePost(NEWEST - at));

test.each([
  ['', 20],
  ['?limit=1', 1],
  ['?limit=100', 100],
])(
  '/api/feed%s is two requests upstream, and every one of its %d posts has its author',
  async (query, length) => {
    const { it, session, feed } = await arrange();
    const heard = await feed(query);
    expect(heard.body).toEqual({ items: whole(length), nextCursor: null });
    expect(it.social.seen.map(({ path }) => path)).toEqual([`/api/feed?limit=${length}`]);
    expect(it.identity.seen).toHaveLength(1);
    expect(it.social.seen[0]?.headers.authorization).toBe(bearer(session).Authorization);
    // Names are public: nobody is asked for them in the viewer's name.
    expect(it.identity.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(heard.headers['cache-status']).toBe('author; fwd=miss');
    expect(heard.headers['server-timing']).toMatch(/^social;dur=[\d.]+, identity;dur=[\d.]+$/);
  },
);

test('by cookies it is the same two', async () => {
  const { it, session } = await arrange();
  expect((await it.get('/api/feed', { headers: cookies(session) })).status).toBe(200);
  expect([it.social.seen.length, it.identity.seen.length]).toEqual([1, 1]);
});

test('authors that are known are not asked for again: one request', async () => {
  const { it, feed } = await arrange();
  await feed();
  it.identity.forget();
  const heard = await feed();
  expect(pageOf(heard).items).toEqual(whole(20));
  expect(it.identity.seen).toEqual([]);
  expect(heard.headers['cache-status']).toMatch(/^author; hit; ttl=\d+$/);
});

test('an author who is gone is null, and nothing is degraded by that', async () => {
  const { it, feed } = await arrange({ population: { authors: 100 } });
  it.identity.behave(answers({ status: 200, body: { items: [] } }));
  const heard = await feed('?limit=2');
  expect(pageOf(heard).items.map(({ author }) => author)).toEqual([null, null]);
  expect(heard.headers['etag']).toBeDefined();
});

test('cursor and limit go to Social as they are, and its next cursor comes back', async () => {
  const { it, feed } = await arrange();
  it.social.behave(answers({ status: 200, body: { items: [], nextCursor: 'next-1' } }));
  expect((await feed('?cursor=abc_-9&limit=3')).body).toEqual({ items: [], nextCursor: 'next-1' });
  expect(it.social.seen.map(({ path }) => path)).toEqual(['/api/feed?limit=3&cursor=abc_-9']);
  expect(it.identity.seen).toEqual([]);
});

describe('without Identity', () => {
  test('the posts come without their authors, and say so', async () => {
    const { it, feed } = await arrange();
    await it.identity.refuse();
    const heard = await feed('?limit=100');
    expectDegraded(heard);
    expectTold(heard, 'identity', { error: 'connection_refused' });
    const authors = pageOf(heard).items.map(({ author }) => author);
    expect(authors).toEqual(Array.from({ length: 100 }, () => null));
  });

  test('authors that are no longer fresh stand in', async () => {
    const { it, feed } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await feed();
    await it.identity.refuse();
    const heard = await feed();
    expectDegraded(heard);
    expect(heard.headers['cache-status']).toBe('author; fwd=stale; detail=connection_refused');
    expect(pageOf(heard).items).toEqual(whole(20));
  });

  test('with its breaker open nothing is asked, and nothing waits', async () => {
    const { it, feed } = await arrange();
    await command(it, 'identity', 'open');
    const heard = await feed();
    expectDegraded(heard);
    expect(it.identity.seen).toEqual([]);
  });

  test('who wants all or nothing gets nothing', async () => {
    const { it, feed } = await arrange();
    await it.identity.refuse();
    const heard = await feed('', { Prefer: 'handling=strict' });
    expectProblem(heard, 503, 'incomplete-answer', '/api/feed');
    expect(heard.headers['preference-applied']).toBe('handling=strict');
    await it.identity.accept();
  });
});

describe('without Social', () => {
  test('there is no feed', async () => {
    const { it, feed } = await arrange();
    await it.social.refuse();
    const heard = await feed();
    expectProblem(heard, 503, 'upstream-unavailable', '/api/feed');
    expectTold(heard, 'social', { error: 'connection_refused' });
    expect(it.identity.seen).toEqual([]);
  });

  test.each([
    ['more posts than were asked for', { items: [postOf(2), postOf(1)], nextCursor: null }],
    ['posts without their authors’ ids', { items: whole(1), nextCursor: null }],
    ['no page', { posts: [] }],
  ])('as it answers %s, that is nonsense', async (_, body) => {
    const { it, feed } = await arrange();
    it.social.behave(answers({ status: 200, body }));
    expectProblem(await feed('?limit=1'), 502, 'upstream-invalid', '/api/feed');
  });

  test('a cursor that it does not know is told in its words', async () => {
    const { it, feed } = await arrange();
    const errors = [{ pointer: '/query/cursor', detail: 'expected a cursor from an earlier page' }];
    it.social.behave(answers(refuses('invalid-request', 'Not one of mine.', { errors })));
    const heard = await feed('?cursor=abc');
    expectProblem(heard, 400, 'invalid-request', '/api/feed');
    expect(heard.body).toMatchObject({ detail: 'Not one of mine.', errors });
  });
});

test.each([
  ['?limit=0', '/query/limit'],
  ['?limit=101', '/query/limit'],
  ['?limit=1&limit=2', '/query/limit'],
  ['?cursor=', '/query/cursor'],
  ['?cursor=a%20b', '/query/cursor'],
  ['?user=8', '/query/user'],
])('/api/feed%s is a 400 that points at %s, and asks nobody', async (query, pointer) => {
  const { it, feed } = await arrange();
  expect((await feed(query)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect([it.social.seen, it.identity.seen]).toEqual([[], []]);
});
