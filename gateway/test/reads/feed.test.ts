// The feed: two upstream requests however long the page is, an author for every post, and the feed without Identity or Social.
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'contracts/types';
import { commandBreaker } from '../support/breakers.ts';
import type { HttpResponse } from 'chassis/testing/http-client';
import {
  expectDegraded,
  expectProblem,
  expectProxyStatus,
  IMMEDIATE_MS,
} from '../support/expectations.ts';
import { bearer, cookies } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';
import { always, problem } from 'chassis/testing/stub-server';
import { postOf, completePost } from '../support/fixtures.ts';

const VIEWER = 7;
// The newest post in the feed that the fake Social serves to the viewer.
const NEWEST = 1000 - VIEWER;

/** The viewer's session. The gateway has the keys, and an empty cache. */
async function arrange(options: TestbedOptions = {}) {
  const testbed = await startTestbed(options);
  const session = testbed.identity.openSession(VIEWER);
  const headers = bearer(session);
  await testbed.request('/api/me', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const feed = (query = '', extraHeaders: Readonly<Record<string, string>> = {}) =>
    testbed.request(`/api/feed${query}`, { headers: { ...headers, ...extraHeaders } });
  return { testbed, session, feed };
}

const pageOf = ({ body }: HttpResponse) => body as Page;
const completePosts = (length: number) =>
  Array.from({ length }, (_, at) => completePost(NEWEST - at));

test.each([
  ['', 20],
  ['?limit=1', 1],
  ['?limit=100', 100],
])(
  '/api/feed%s sends two upstream requests, and each of its %d posts has its author',
  async (query, length) => {
    const { testbed, session, feed } = await arrange();
    const response = await feed(query);
    expect(response.body).toEqual({ items: completePosts(length), nextCursor: null });
    expect(testbed.social.requests.map(({ path }) => path)).toEqual([`/api/feed?limit=${length}`]);
    expect(testbed.identity.requests).toHaveLength(1);
    expect(testbed.social.requests[0]?.headers.authorization).toBe(bearer(session).Authorization);
    // Names are public, so the request for them has no token of the viewer.
    expect(testbed.identity.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(response.headers['cache-status']).toBe('author; fwd=miss');
    expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+, identity;dur=[\d.]+$/);
  },
);

test('a feed by cookies sends two upstream requests', async () => {
  const { testbed, session } = await arrange();
  expect((await testbed.request('/api/feed', { headers: cookies(session) })).status).toBe(200);
  expect([testbed.social.requests.length, testbed.identity.requests.length]).toEqual([1, 1]);
});

test('a feed with cached authors sends one upstream request', async () => {
  const { testbed, feed } = await arrange();
  await feed();
  testbed.identity.clearRequests();
  const response = await feed();
  expect(pageOf(response).items).toEqual(completePosts(20));
  expect(testbed.identity.requests).toEqual([]);
  expect(response.headers['cache-status']).toMatch(/^author; hit; ttl=\d+$/);
});

test('an author who no longer exists is null in a complete answer', async () => {
  const { testbed, feed } = await arrange({ population: { authors: 100 } });
  testbed.identity.respondWith(always({ status: 200, body: { items: [] } }));
  const response = await feed('?limit=2');
  expect(pageOf(response).items.map(({ author }) => author)).toEqual([null, null]);
  expect(response.headers['etag']).toBeDefined();
});

test('cursor and limit are passed on to Social, and its next cursor to the client', async () => {
  const { testbed, feed } = await arrange();
  testbed.social.respondWith(always({ status: 200, body: { items: [], nextCursor: 'next-1' } }));
  expect((await feed('?cursor=abc_-9&limit=3')).body).toEqual({ items: [], nextCursor: 'next-1' });
  expect(testbed.social.requests.map(({ path }) => path)).toEqual([
    '/api/feed?limit=3&cursor=abc_-9',
  ]);
  expect(testbed.identity.requests).toEqual([]);
});

describe('without Identity', () => {
  test('the posts have no authors, and the answer is marked as degraded', async () => {
    const { testbed, feed } = await arrange();
    await testbed.identity.refuse();
    const response = await feed('?limit=100');
    expectDegraded(response);
    expectProxyStatus(response, 'identity', { error: 'connection_refused' });
    const authors = pageOf(response).items.map(({ author }) => author);
    expect(authors).toEqual(Array.from({ length: 100 }, () => null));
  });

  test('the posts have stale authors', async () => {
    const { testbed, feed } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await feed();
    await testbed.identity.refuse();
    const response = await feed();
    expectDegraded(response);
    expect(response.headers['cache-status']).toBe('author; fwd=stale; detail=connection_refused');
    expect(pageOf(response).items).toEqual(completePosts(20));
  });

  test('with its breaker open, the feed sends nothing to Identity and waits for nothing', async () => {
    const { testbed, feed } = await arrange({ env: { AUTHOR_DEADLINE_MS: '4000' } });
    await commandBreaker(testbed, 'identity', 'open');
    const response = await feed();
    expectDegraded(response);
    expect(testbed.identity.requests).toEqual([]);
    expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+$/);
    expect(response.ms).toBeLessThan(IMMEDIATE_MS);
  });

  test('a client that prefers strict handling gets a 503', async () => {
    const { testbed, feed } = await arrange();
    await testbed.identity.refuse();
    const response = await feed('', { Prefer: 'handling=strict' });
    expectProblem(response, 503, 'incomplete-answer', '/api/feed');
    expect(response.headers['preference-applied']).toBe('handling=strict');
    await testbed.identity.accept();
  });
});

describe('without Social', () => {
  test('the feed is a 503', async () => {
    const { testbed, feed } = await arrange();
    await testbed.social.refuse();
    const response = await feed();
    expectProblem(response, 503, 'upstream-unavailable', '/api/feed');
    expectProxyStatus(response, 'social', { error: 'connection_refused' });
    expect(testbed.identity.requests).toEqual([]);
  });

  test.each([
    ['more posts than requested', { items: [postOf(2), postOf(1)], nextCursor: null }],
    ['posts without their authors’ ids', { items: completePosts(1), nextCursor: null }],
    ['an object that is no page', { posts: [] }],
  ])('an answer with %s is a 502', async (_, body) => {
    const { testbed, feed } = await arrange();
    testbed.social.respondWith(always({ status: 200, body }));
    expectProblem(await feed('?limit=1'), 502, 'upstream-invalid', '/api/feed');
  });

  test('a cursor that Social does not know is a 400 in its words', async () => {
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
])(
  '/api/feed%s is a 400 that points at %s, without an upstream request',
  async (query, pointer) => {
    const { testbed, feed } = await arrange();
    expect((await feed(query)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
    expect([testbed.social.requests, testbed.identity.requests]).toEqual([[], []]);
  },
);
