// The feed: two requests upstream however long it is, every author in it, and what it is without Identity or Social.
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'contracts/types';
import { commandBreaker } from '../support/breakers.ts';
import type { HttpResponse } from 'chassis/testing/http-client';
import { expectDegraded, expectProblem, expectProxyStatus } from '../support/expectations.ts';
import { bearer, cookies } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';
import { always, problem } from 'chassis/testing/stub-server';
import { postOf, completePost } from '../support/fixtures.ts';

const VIEWER = 7;
// What the stubs' Social shows to a viewer begins with this post.
const NEWEST = 1000 - VIEWER;

/** The keys are known, and nothing else. */
async function arrange(casting: TestbedOptions = {}) {
  const testbed = await startTestbed(casting);
  const session = testbed.identity.openSession(VIEWER);
  const headers = bearer(session);
  await testbed.request('/api/me', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const feed = (query = '', more: Readonly<Record<string, string>> = {}) =>
    testbed.request(`/api/feed${query}`, { headers: { ...headers, ...more } });
  return { testbed, session, feed };
}

const pageOf = ({ body }: HttpResponse) => body as Page;
const whole = (length: number) => Array.from({ length }, (_, at) => completePost(NEWEST - at));

test.each([
  ['', 20],
  ['?limit=1', 1],
  ['?limit=100', 100],
])(
  '/api/feed%s is two requests upstream, and every one of its %d posts has its author',
  async (query, length) => {
    const { testbed, session, feed } = await arrange();
    const response = await feed(query);
    expect(response.body).toEqual({ items: whole(length), nextCursor: null });
    expect(testbed.social.requests.map(({ path }) => path)).toEqual([`/api/feed?limit=${length}`]);
    expect(testbed.identity.requests).toHaveLength(1);
    expect(testbed.social.requests[0]?.headers.authorization).toBe(bearer(session).Authorization);
    // Names are public: nobody is asked for them in the viewer's name.
    expect(testbed.identity.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(response.headers['cache-status']).toBe('author; fwd=miss');
    expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+, identity;dur=[\d.]+$/);
  },
);

test('by cookies it is the same two', async () => {
  const { testbed, session } = await arrange();
  expect((await testbed.request('/api/feed', { headers: cookies(session) })).status).toBe(200);
  expect([testbed.social.requests.length, testbed.identity.requests.length]).toEqual([1, 1]);
});

test('authors that are known are not asked for again: one request', async () => {
  const { testbed, feed } = await arrange();
  await feed();
  testbed.identity.clearRequests();
  const response = await feed();
  expect(pageOf(response).items).toEqual(whole(20));
  expect(testbed.identity.requests).toEqual([]);
  expect(response.headers['cache-status']).toMatch(/^author; hit; ttl=\d+$/);
});

test('an author who is gone is null, and nothing is degraded by that', async () => {
  const { testbed, feed } = await arrange({ population: { authors: 100 } });
  testbed.identity.respondWith(always({ status: 200, body: { items: [] } }));
  const response = await feed('?limit=2');
  expect(pageOf(response).items.map(({ author }) => author)).toEqual([null, null]);
  expect(response.headers['etag']).toBeDefined();
});

test('cursor and limit go to Social as they are, and its next cursor comes back', async () => {
  const { testbed, feed } = await arrange();
  testbed.social.respondWith(always({ status: 200, body: { items: [], nextCursor: 'next-1' } }));
  expect((await feed('?cursor=abc_-9&limit=3')).body).toEqual({ items: [], nextCursor: 'next-1' });
  expect(testbed.social.requests.map(({ path }) => path)).toEqual([
    '/api/feed?limit=3&cursor=abc_-9',
  ]);
  expect(testbed.identity.requests).toEqual([]);
});

describe('without Identity', () => {
  test('the posts come without their authors, and say so', async () => {
    const { testbed, feed } = await arrange();
    await testbed.identity.refuse();
    const response = await feed('?limit=100');
    expectDegraded(response);
    expectProxyStatus(response, 'identity', { error: 'connection_refused' });
    const authors = pageOf(response).items.map(({ author }) => author);
    expect(authors).toEqual(Array.from({ length: 100 }, () => null));
  });

  test('authors that are no longer fresh stand in', async () => {
    const { testbed, feed } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await feed();
    await testbed.identity.refuse();
    const response = await feed();
    expectDegraded(response);
    expect(response.headers['cache-status']).toBe('author; fwd=stale; detail=connection_refused');
    expect(pageOf(response).items).toEqual(whole(20));
  });

  test('with its breaker open nothing is asked, and nothing waits', async () => {
    const { testbed, feed } = await arrange();
    await commandBreaker(testbed, 'identity', 'open');
    const response = await feed();
    expectDegraded(response);
    expect(testbed.identity.requests).toEqual([]);
  });

  test('who wants all or nothing gets nothing', async () => {
    const { testbed, feed } = await arrange();
    await testbed.identity.refuse();
    const response = await feed('', { Prefer: 'handling=strict' });
    expectProblem(response, 503, 'incomplete-answer', '/api/feed');
    expect(response.headers['preference-applied']).toBe('handling=strict');
    await testbed.identity.accept();
  });
});

describe('without Social', () => {
  test('there is no feed', async () => {
    const { testbed, feed } = await arrange();
    await testbed.social.refuse();
    const response = await feed();
    expectProblem(response, 503, 'upstream-unavailable', '/api/feed');
    expectProxyStatus(response, 'social', { error: 'connection_refused' });
    expect(testbed.identity.requests).toEqual([]);
  });

  test.each([
    ['more posts than were asked for', { items: [postOf(2), postOf(1)], nextCursor: null }],
    ['posts without their authors’ ids', { items: whole(1), nextCursor: null }],
    ['no page', { posts: [] }],
  ])('as it answers %s, that is nonsense', async (_, body) => {
    const { testbed, feed } = await arrange();
    testbed.social.respondWith(always({ status: 200, body }));
    expectProblem(await feed('?limit=1'), 502, 'upstream-invalid', '/api/feed');
  });

  test('a cursor that it does not know is told in its words', async () => {
    const { testbed, feed } = await arrange();
    const errors = [{ pointer: '/query/cursor', detail: 'expected a cursor from an earlier page' }];
    testbed.social.respondWith(always(problem('invalid-request', 'Not one of mine.', { errors })));
    const response = await feed('?cursor=abc');
    expectProblem(response, 400, 'invalid-request', '/api/feed');
    expect(response.body).toMatchObject({ detail: 'Not one of mine.', errors });
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
  const { testbed, feed } = await arrange();
  expect((await feed(query)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect([testbed.social.requests, testbed.identity.requests]).toEqual([[], []]);
});
