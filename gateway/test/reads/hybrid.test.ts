// Where an author comes from by default: fresh cache → Identity → stale cache → Social's copy → the authorless post.
import { describe, expect, test } from '@jest/globals';
import type { FriendPage, Page, Profile } from 'contracts/types';
import { untilBreakerIs, commandBreaker, breakerStateOf } from '../support/breakers.ts';
import { only, silent, status } from '../support/faulty-responders.ts';
import { until } from 'chassis/testing/until';
import {
  expectDegraded,
  expectProblem,
  expectProxyStatus,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';
import { userOf } from 'chassis/testing/users';
import { completePost } from '../support/fixtures.ts';

const POST = '/api/posts/5';
const AUTHOR = 6;
const COPY = /^\/api\/authors/;
const FROM_COPY = 'author; fwd=miss; detail=replica';

/** Social's copy has another name for the author of POST, so that it shows whose word an answer is. */
async function arrange({ env, ...casting }: TestbedOptions = {}) {
  const testbed = await startTestbed({ ...casting, env: { AUTHOR_STRATEGY: 'hybrid', ...env } });
  testbed.social.replica.set(AUTHOR, 'copied');
  const missing = 'gateway_degraded_answers_total{part="author",reason="missing"}';
  const replica = 'gateway_degraded_answers_total{part="author",reason="replica"}';
  return {
    ...testbed,
    /** How many answers were degraded, by reason. */
    degraded: async () => ({
      missing: await testbed.metric(missing),
      replica: await testbed.metric(replica),
    }),
  };
}

const by = (username: string) => ({ ...completePost(5), author: { id: AUTHOR, username } });

describe('the rungs', () => {
  test('1: a fresh name is not asked for, neither at Identity nor at the copy', async () => {
    const { request, identity, social } = await arrange();
    await request(POST);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual(by('user_6'));
    expect(response.headers['cache-status']).toMatch(/author; hit; ttl=\d+$/);
    expect(response.headers['etag']).toBeDefined();
    expect(social.count(COPY)).toBe(0);
  });

  test('2: Identity’s word comes before the copy, also that there is no such user', async () => {
    const { request, identity, social } = await arrange();
    identity.rename(AUTHOR, null);
    const response = await request(POST);
    expect(response.body).toEqual({ ...completePost(5), author: null });
    expect(response.headers['cache-status']).toBe('post; fwd=miss, author; fwd=miss');
    expect(response.headers['etag']).toBeDefined();
    expect((await request(`/api/users/${AUTHOR}`)).status).toBe(404);
    expect(social.count(COPY)).toBe(0);
  });

  test('3: a name that is no longer fresh comes before the copy', async () => {
    const { request, identity, social } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await request(POST);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual(by('user_6'));
    expect(member(response, 'cache-status', 'author')).toContain('fwd=stale');
    expect(social.count(COPY)).toBe(0);
  });

  test('4: then the copy, and the answer says so', async () => {
    const { request, identity, social, degraded } = await arrange({
      env: { AUTHOR_TTL_MS: '1', AUTHOR_STALE_MS: '0' },
    });
    await request(POST);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual(by('copied'));
    expectDegraded(response);
    expect(response.headers['cache-status']).toBe(`post; fwd=miss, ${FROM_COPY}`);
    expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+, identity;dur=[\d.]+$/);
    expect(social.requests.at(-1)?.path).toBe(`/api/authors?ids=${AUTHOR}`);
    expect(await degraded()).toEqual({ missing: 0, replica: 1 });
  });

  test('5: an author whom the copy does not know is null, and that is degraded: it may be late', async () => {
    const { request, identity, social, degraded } = await arrange();
    social.replica.set(AUTHOR, null);
    await identity.refuse();
    const response = await request(POST);
    expect(response.body).toEqual({ ...completePost(5), author: null });
    expectDegraded(response);
    expect(member(response, 'cache-status', 'author')).toBe(
      'author; fwd=miss; detail=connection_refused',
    );
    expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(await degraded()).toEqual({ missing: 1, replica: 0 });
    // Nor is it a 404: nobody can say that there is no such user.
    expectProblem(
      await request(`/api/users/${AUTHOR}`),
      503,
      'upstream-unavailable',
      '/api/users/6',
    );
  });

  test('5: a copy that fails, too, leaves the post without its author, and is told beside Identity', async () => {
    const { request, identity, social, degraded } = await arrange();
    await identity.refuse();
    social.respondWith(only(COPY, status(500)));
    const response = await request(POST);
    expect(response.body).toEqual({ ...completePost(5), author: null });
    expectDegraded(response);
    expectProxyStatus(response, 'identity', { error: 'connection_refused' });
    expectProxyStatus(response, 'social', { receivedStatus: 500 });
    expect(await degraded()).toEqual({ missing: 1, replica: 0 });
  });
});

describe('the breaker of the copy', () => {
  test('opens by the copy’s failures alone, is seen, is counted, and closes by itself', async () => {
    const testbed = await arrange({ env: { BREAKER_VOLUME: '2', BREAKER_RESET_MS: '50' } });
    await testbed.identity.refuse();
    testbed.social.respondWith(only(COPY, status(500)));
    await until('it has refused', async () => {
      await testbed.request(POST);
      const open = 'gateway_rejections_total{upstream="social-copy",reason="breaker_open"}';
      return ((await testbed.metric(open)) ?? 0) > 0;
    });
    expect(await breakerStateOf(testbed, 'social')).toBe('closed');
    testbed.social.respondWith();
    const response = await until('the copy is asked again', async () => {
      const again = await testbed.request(POST);
      return member(again, 'cache-status', 'author') === FROM_COPY && again;
    });
    expect(response.body).toEqual(by('copied'));
    await untilBreakerIs(testbed, 'social-copy', 'closed');
  });

  test('held open by hand, the copy is not asked', async () => {
    const testbed = await arrange();
    await testbed.identity.refuse();
    await commandBreaker(testbed, 'social-copy', 'open');
    expect((await testbed.request(POST)).body).toEqual({ ...completePost(5), author: null });
    expect(testbed.social.count(COPY)).toBe(0);
    expect(await breakerStateOf(testbed, 'social-copy')).toBe('forced_open');
  });
});

const authorsIn = ({ items }: Page) => items.map(({ author }) => author);

describe('with Identity dead from the start', () => {
  const SESSION = 7;
  /** Nothing is cached but the keys, by which the viewer's token is known. */
  async function dead(casting: TestbedOptions = {}) {
    const testbed = await arrange(casting);
    const headers = bearer(testbed.identity.openSession(SESSION));
    await testbed.request('/api/me', { headers });
    await testbed.identity.refuse();
    testbed.social.clearRequests();
    return { ...testbed, headers };
  }

  const names: readonly [string, (body: unknown) => unknown, unknown][] = [
    [POST, (body) => body, by('copied')],
    ['/api/posts?ids=5,6', (body) => authorsIn(body as Page), [by('copied').author, userOf(7)]],
    ['/api/users/6', (body) => body, by('copied').author],
    [
      '/api/users/6/posts?limit=2',
      (body) => authorsIn(body as Page),
      [by('copied').author, by('copied').author],
    ],
    ['/api/users/6/profile', (body) => (body as Profile).user, by('copied').author],
    [
      '/api/users/6/profile',
      (body) => new Set((body as Profile).posts.map(({ author }) => author?.username)),
      new Set(['copied']),
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

  test.each(names)('%s has its names from the copy, and says so', async (path, read, expected) => {
    const { request, headers, degraded, social } = await dead();
    const response = await request(path, { headers });
    expect(read(response.body)).toEqual(expected);
    expectDegraded(response);
    expect(member(response, 'cache-status', 'author')).toBe(FROM_COPY);
    expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
    expect(await degraded()).toEqual({ missing: 0, replica: 1 });
    expect(social.count(COPY)).toBe(1);
  });

  test.each([...new Set(names.map(([path]) => path))])(
    '%s is a 503 for a client that wants all or nothing',
    async (path) => {
      const { request, headers } = await dead();
      const response = await request(path, { headers: { ...headers, Prefer: 'handling=strict' } });
      expectProblem(response, 503, 'incomplete-answer', path.replace(/\?.*/, ''));
      expect((response.body as { detail: string }).detail).toMatch(/author/);
      expect(response.headers['preference-applied']).toBe('handling=strict');
      expectProxyStatus(response, 'identity', { error: 'connection_refused' });
    },
  );

  test('a new post is told with its author from the copy', async () => {
    const { request, headers } = await dead();
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

  test('a feed of 100 posts costs Social two requests: the page, and all of its authors at once', async () => {
    const { request, headers, social } = await dead();
    const response = await request('/api/feed?limit=100', { headers });
    expect((response.body as Page).items).toHaveLength(100);
    expect(authorsIn(response.body as Page)).not.toContain(null);
    const [page, copy, ...others] = social.requests.map(({ path }) => path);
    expect([page, others]).toEqual(['/api/feed?limit=100', []]);
    expect(copy?.match(/\d+/g)).toHaveLength(100);
  });

  test('with its breaker open it is the same two, and nothing waits', async () => {
    const testbed = await dead();
    await commandBreaker(testbed, 'identity', 'open');
    const response = await testbed.request('/api/feed?limit=100', { headers: testbed.headers });
    expect(authorsIn(response.body as Page)).not.toContain(null);
    expect(testbed.social.requests).toHaveLength(2);
    expect(response.headers['proxy-status']).toBe('identity; error=destination_unavailable');
    expect(response.headers['server-timing']).toMatch(/^social;dur=[\d.]+$/);
  });

  test('equal requests to the copy at once are one', async () => {
    const { request, social, metric } = await dead();
    const release = social.hold(COPY);
    const both = [request(POST), request(POST)];
    await until('both wait', async () => (await metric('http_requests_in_flight')) === 2);
    await until('the copy is asked', () => social.count(COPY) > 0);
    release();
    for (const response of await Promise.all(both)) expect(response.body).toEqual(by('copied'));
    expect(social.count(COPY)).toBe(1);
  });

  test('names from the copy are not kept: what it learns is in the next answer', async () => {
    const { request, social } = await dead();
    await request(POST);
    social.replica.set(AUTHOR, 'renamed');
    expect((await request(POST)).body).toEqual(by('renamed'));
  });

  test('it comes back by itself: then names are Identity’s again, and answers whole', async () => {
    const { request, identity } = await dead({ env: { BREAKER_RESET_MS: '50' } });
    expect((await request(POST)).body).toEqual(by('copied'));
    await identity.accept();
    const whole = await until('the answer is whole', async () => {
      const response = await request(POST);
      return response.headers['etag'] !== undefined && response;
    });
    expect(whole.body).toEqual(by('user_6'));
  });
});

describe('with a slow Identity', () => {
  const LIMIT_MS = 300;
  const env = { AUTHOR_DEADLINE_MS: String(LIMIT_MS) };

  test('the copy is asked early enough: the whole look-up takes no longer than ever', async () => {
    const { request, identity } = await arrange({ env });
    identity.respondWith(silent);
    for (const path of [POST, '/api/users/6']) {
      const response = await request(path);
      expect(response.text).toContain('"copied"');
      expect(response.headers['proxy-status']).toBe('identity; error=http_response_timeout');
      expect(response.ms).toBeLessThan(LIMIT_MS + MARGIN_MS);
    }
  });

  test('and a slow copy, both together take no longer, and the author is null', async () => {
    const { request, identity, social } = await arrange({ env });
    identity.respondWith(silent);
    social.respondWith(only(COPY, silent));
    const response = await request(POST);
    expect(response.body).toEqual({ ...completePost(5), author: null });
    expect(response.ms).toBeLessThan(LIMIT_MS + MARGIN_MS);
    expectProxyStatus(response, 'identity', { error: 'http_response_timeout' });
    expectProxyStatus(response, 'social', { error: 'http_response_timeout' });
  });
});
