// The rungs of AUTHOR_STRATEGY=hybrid, the default: fresh cache → Identity → stale cache or Social's replica, whichever is newer → the post
// without its author.
import { describe, expect, test } from '@jest/globals';
import type { FriendPage, Page, Profile, User } from 'contracts/types';
import { untilBreakerIs, commandBreaker, breakerStateOf } from '../support/breakers.ts';
import { only, silent, status } from '../support/faulty-responders.ts';
import { until } from 'chassis/testing/until';
import {
  expectDegraded,
  expectProblem,
  expectProxyStatus,
  IMMEDIATE_MS,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';
import { userOf } from 'chassis/testing/users';
import { completePost, degradedPost } from '../support/fixtures.ts';

const POST = '/api/posts/5';
const AUTHOR = 6;
const REPLICA = /^\/api\/authors/;
const FROM_REPLICA = 'author; fwd=miss; detail=replica';

/** Social's replica has another name for the author of POST, so that an answer shows where its name comes from. */
async function arrange({ env, ...options }: TestbedOptions = {}) {
  const testbed = await startTestbed({ ...options, env: { AUTHOR_STRATEGY: 'hybrid', ...env } });
  testbed.social.replica.set(AUTHOR, 'replicated');
  const missing = 'gateway_degraded_answers_total{part="author",reason="missing"}';
  const replica = 'gateway_degraded_answers_total{part="author",reason="replica"}';
  return {
    ...testbed,
    /** The number of degraded answers by reason. */
    degraded: async () => ({
      missing: await testbed.metric(missing),
      replica: await testbed.metric(replica),
    }),
  };
}

const postBy = (username: string) => ({ ...completePost(5), author: { id: AUTHOR, username } });
const replicatedPost = (username = 'replicated') =>
  degradedPost(5, 'replica', { id: AUTHOR, username });

describe('the rungs', () => {
  test('1: serve a fresh name without a request to Identity or the replica', async () => {
    const { request, identity, social } = await arrange();
    await request(POST);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual(postBy('user_6'));
    expect(response.headers['cache-status']).toMatch(/author; hit; ttl=\d+$/);
    expect(response.headers['etag']).toBeDefined();
    expect(social.count(REPLICA)).toBe(0);
  });

  test('2: prefer Identity’s answer to the replica, also when Identity says that the user does not exist', async () => {
    const { request, identity, social } = await arrange();
    identity.rename(AUTHOR, null);
    const response = await request(POST);
    expect(response.body).toEqual({ ...completePost(5), author: null });
    expect(response.headers['cache-status']).toBe('post; fwd=miss, author; fwd=miss');
    expect(response.headers['etag']).toBeDefined();
    expect((await request(`/api/users/${AUTHOR}`)).status).toBe(404);
    expect(social.count(REPLICA)).toBe(0);
  });

  test.each([
    ['new name', 'replicated', 'replicated'],
    ['deletion', null, null],
  ])('3: prefer the %s of a replica that is newer than the stale name', async (_, name, shown) => {
    const { request, identity, social } = await arrange({
      env: { AUTHOR_TTL_MS: '1', BREAKER_VOLUME: '10000' },
    });
    social.replica.set(AUTHOR, name);
    social.replica.lagMs = 0;
    await request(POST);
    await identity.refuse();
    // The replica has to be newer by a second.
    const response = await until('the replica is newer', async () => {
      const again = await request(POST);
      return member(again, 'cache-status', 'author') === FROM_REPLICA && again;
    });
    const author = shown === null ? null : { id: AUTHOR, username: shown };
    expect(response.body).toEqual(degradedPost(5, 'replica', author));
    expectDegraded(response);
    expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
  });

  test('3: prefer a stale name to a replica that may be older', async () => {
    const { request, identity, social } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await request(POST);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual(degradedPost(5, 'stale', userOf(AUTHOR)));
    expect(member(response, 'cache-status', 'author')).toContain('fwd=stale');
    expect(social.count(REPLICA)).toBe(1);
  });

  test('4: serve the name of the replica, marked as degraded', async () => {
    const { request, identity, social, degraded } = await arrange({
      env: { AUTHOR_TTL_MS: '1', AUTHOR_STALE_MS: '0' },
    });
    await request(POST);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual(replicatedPost());
    expectDegraded(response);
    expect(response.headers['cache-status']).toBe(`post; fwd=miss, ${FROM_REPLICA}`);
    expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+, identity;dur=[\d.]+$/);
    expect(social.requests.at(-1)?.path).toBe(`/api/authors?ids=${AUTHOR}`);
    expect(await degraded()).toEqual({ missing: 0, replica: 1 });
  });

  test('5: serve no author, marked as degraded, when the replica does not know the user: it may be late', async () => {
    const { request, identity, social, degraded } = await arrange();
    social.replica.set(AUTHOR, null);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual(degradedPost(5));
    expectDegraded(response);
    expect(member(response, 'cache-status', 'author')).toBe(
      'author; fwd=miss; detail=connection_refused',
    );
    expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(await degraded()).toEqual({ missing: 1, replica: 0 });
    // The user is no 404 either: the replica cannot tell that a user does not exist.
    expectProblem(
      await request(`/api/users/${AUTHOR}`),
      503,
      'upstream-unavailable',
      '/api/users/6',
    );
  });

  test('5: serve no author when the replica fails, too, and name both failures', async () => {
    const { request, identity, social, degraded } = await arrange();
    await identity.refuse();
    social.respondWith(only(REPLICA, status(500)));
    const response = await request(POST);
    expect(response.body).toEqual(degradedPost(5));
    expectDegraded(response);
    expectProxyStatus(response, 'identity', { error: 'connection_refused' });
    expectProxyStatus(response, 'social', { receivedStatus: 500 });
    expect(await degraded()).toEqual({ missing: 1, replica: 0 });
  });
});

describe('the breaker of the replica', () => {
  test('opens after failures of the replica alone, counts its rejections, and closes by itself', async () => {
    const testbed = await arrange({ env: { BREAKER_VOLUME: '2', BREAKER_RESET_MS: '50' } });
    await testbed.identity.refuse();
    testbed.social.respondWith(only(REPLICA, status(500)));
    await until('the breaker has rejected a request', async () => {
      await testbed.request(POST);
      const open = 'gateway_rejections_total{upstream="social-copy",reason="breaker_open"}';
      return ((await testbed.metric(open)) ?? 0) > 0;
    });
    expect(await breakerStateOf(testbed, 'social')).toBe('closed');
    testbed.social.respondWith();
    const response = await until('the author comes from the replica again', async () => {
      const again = await testbed.request(POST);
      return member(again, 'cache-status', 'author') === FROM_REPLICA && again;
    });
    expect(response.body).toEqual(replicatedPost());
    await untilBreakerIs(testbed, 'social-copy', 'closed');
  });

  test('sends nothing to the replica while forced open', async () => {
    const testbed = await arrange();
    await testbed.identity.refuse();
    await commandBreaker(testbed, 'social-copy', 'open');
    expect((await testbed.request(POST)).body).toEqual(degradedPost(5));
    expect(testbed.social.count(REPLICA)).toBe(0);
    expect(await breakerStateOf(testbed, 'social-copy')).toBe('forced_open');
  });
});

const authorsIn = ({ items }: Page) => items.map(({ author }) => author);

describe('with Identity down from the start', () => {
  const SESSION = 7;
  /** The gateway has the keys that verify the viewer's token, and an empty cache. */
  async function startWithoutIdentity(options: TestbedOptions = {}) {
    const testbed = await arrange(options);
    const headers = bearer(testbed.identity.openSession(SESSION));
    await testbed.request('/api/me', { headers });
    await testbed.identity.refuse();
    testbed.social.clearRequests();
    return { ...testbed, headers };
  }

  const readsWithNames: readonly [string, (body: unknown) => unknown, unknown][] = [
    [POST, (body) => body, replicatedPost()],
    [
      '/api/posts?ids=5,6',
      (body) => authorsIn(body as Page),
      [postBy('replicated').author, userOf(7)],
    ],
    ['/api/users/6', (body) => (body as User).username, 'replicated'],
    [
      '/api/users/6/posts?limit=2',
      (body) => authorsIn(body as Page),
      [postBy('replicated').author, postBy('replicated').author],
    ],
    ['/api/users/6/profile', (body) => (body as Profile).user, postBy('replicated').author],
    [
      '/api/users/6/profile',
      (body) => new Set((body as Profile).posts.map(({ author }) => author?.username)),
      new Set(['replicated']),
    ],
    [
      '/api/feed?limit=3',
      (body) => authorsIn(body as Page),
      [993, 992, 991].map((id) => completePost(id).author),
    ],
    [
      '/api/friends',
      (body) => (body as FriendPage & Page).items.map((friend) => Object(friend).username),
      ['user_8', 'user_9', 'user_10'],
    ],
    [
      '/api/friends/requests?direction=outgoing',
      (body) => (body as Page).items.map((request) => Object(request).username),
      ['user_12', 'user_13'],
    ],
  ];

  test.each(readsWithNames)(
    '%s has its names from the replica, marked as degraded',
    async (path, read, expected) => {
      const { request, headers, degraded, social } = await startWithoutIdentity();
      const response = await request(path, { headers });
      expect(read(response.body)).toEqual(expected);
      expectDegraded(response);
      expect(member(response, 'cache-status', 'author')).toBe(FROM_REPLICA);
      expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
      expect(await degraded()).toEqual({ missing: 0, replica: 1 });
      expect(social.count(REPLICA)).toBe(1);
    },
  );

  test.each([...new Set(readsWithNames.map(([path]) => path))])(
    '%s is a 503 for a client that prefers strict handling',
    async (path) => {
      const { request, headers } = await startWithoutIdentity();
      const response = await request(path, { headers: { ...headers, Prefer: 'handling=strict' } });
      expectProblem(response, 503, 'incomplete-answer', path.replace(/\?.*/, ''));
      expect((response.body as { detail: string }).detail).toMatch(/author/);
      expect(response.headers['preference-applied']).toBe('handling=strict');
      expectProxyStatus(response, 'identity', { error: 'connection_refused' });
    },
  );

  test('a new post is answered with its author from the replica', async () => {
    const { request, headers } = await startWithoutIdentity();
    const response = await request('/api/posts', {
      method: 'POST',
      headers,
      json: { content: 'Hi.' },
    });
    expect([response.status, response.body]).toEqual([
      201,
      expect.objectContaining({ author: userOf(SESSION) }),
    ]);
  });

  test('a feed of 100 posts sends Social two requests: for the page, and for all its authors', async () => {
    const { request, headers, social } = await startWithoutIdentity();
    const response = await request('/api/feed?limit=100', { headers });
    expect((response.body as Page).items).toHaveLength(100);
    expect(authorsIn(response.body as Page)).not.toContain(null);
    const [page, replicaPath, ...others] = social.requests.map(({ path }) => path);
    expect([page, others]).toEqual(['/api/feed?limit=100', []]);
    expect(replicaPath?.match(/\d+/g)).toHaveLength(100);
  });

  test('a feed of 100 posts sends Social two requests also while Identity’s breaker is open, and waits for nothing', async () => {
    const testbed = await startWithoutIdentity({ env: { AUTHOR_DEADLINE_MS: '4000' } });
    await commandBreaker(testbed, 'identity', 'open');
    const response = await testbed.request('/api/feed?limit=100', { headers: testbed.headers });
    expect(authorsIn(response.body as Page)).not.toContain(null);
    expect(testbed.social.requests).toHaveLength(2);
    expect(response.headers['proxy-status']).toBe('identity; error=destination_unavailable');
    expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+$/);
    expect(response.ms).toBeLessThan(IMMEDIATE_MS);
  });

  test('equal concurrent requests to the replica are sent once', async () => {
    const { request, social, metric } = await startWithoutIdentity();
    const release = social.hold(REPLICA);
    const both = [request(POST), request(POST)];
    await until('both requests wait', async () => (await metric('http_requests_in_flight')) === 2);
    await until('the replica has the request', () => social.count(REPLICA) > 0);
    release();
    for (const response of await Promise.all(both)) expect(response.body).toEqual(replicatedPost());
    expect(social.count(REPLICA)).toBe(1);
  });

  test('names from the replica are not cached: a new name is in the next answer', async () => {
    const { request, social } = await startWithoutIdentity();
    await request(POST);
    social.replica.set(AUTHOR, 'renamed');
    expect((await request(POST)).body).toEqual(replicatedPost('renamed'));
  });

  test('names come from Identity again, in complete answers, when Identity is back', async () => {
    const { request, identity } = await startWithoutIdentity({ env: { BREAKER_RESET_MS: '50' } });
    expect((await request(POST)).body).toEqual(replicatedPost());
    await identity.accept();
    const complete = await until('the answer is complete', async () => {
      const response = await request(POST);
      return response.headers['etag'] !== undefined && response;
    });
    expect(complete.body).toEqual(postBy('user_6'));
  });
});

describe('with a slow Identity', () => {
  const LIMIT_MS = 300;
  const env = { AUTHOR_DEADLINE_MS: String(LIMIT_MS) };

  test('the name comes from the replica within the usual time limit', async () => {
    const { request, identity } = await arrange({ env });
    identity.respondWith(silent);
    for (const path of [POST, '/api/users/6']) {
      const response = await request(path);
      expect(response.text).toContain('"replicated"');
      expect(response.headers['proxy-status']).toBe('identity; error=http_response_timeout');
      expect(response.ms).toBeLessThan(LIMIT_MS + MARGIN_MS);
    }
  });

  test('the author is null within the usual time limit when the replica is slow, too', async () => {
    const { request, identity, social } = await arrange({ env });
    identity.respondWith(silent);
    social.respondWith(only(REPLICA, silent));
    const response = await request(POST);
    expect(response.body).toEqual(degradedPost(5));
    expect(response.ms).toBeLessThan(LIMIT_MS + MARGIN_MS);
    expectProxyStatus(response, 'identity', { error: 'http_response_timeout' });
    expectProxyStatus(response, 'social', { error: 'http_response_timeout' });
  });
});
