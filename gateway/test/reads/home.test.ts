// The home screen in one request: four upstream requests at most, and it lives while optional parts fail.
import { describe, expect, test } from '@jest/globals';
import type { Home } from 'contracts/types';
import { userOf } from 'chassis/testing/users';
import { until } from 'chassis/testing/until';
import { breakerStateOf, commandBreaker } from '../support/breakers.ts';
import { expectDegraded, expectProblem, MARGIN_MS } from '../support/expectations.ts';
import { requestsOf } from '../support/fake-social.ts';
import { only, silent, status } from '../support/faulty-responders.ts';
import { authorOf, completePost, timeOf } from '../support/fixtures.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';

const HOME = '/api/home';
const VIEWER = 7;
const FEED_IDS = Array.from({ length: 20 }, (_, at) => 1000 - VIEWER - at);
const REQUEST_IDS = requestsOf(VIEWER).incoming;
const COUNTS = { postCount: 10, friendCount: 3, requestCount: REQUEST_IDS.length };

/** The viewer's session. The gateway has the keys, and an empty cache. */
async function arrange(options: TestbedOptions = {}) {
  const testbed = await startTestbed(options);
  const headers = bearer(testbed.identity.openSession(VIEWER));
  await testbed.request('/api/me', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const home = (more: Readonly<Record<string, string>> = {}) =>
    testbed.request(HOME, { headers: { ...headers, ...more } });
  return { ...testbed, home };
}

const request = (id: number, username: string | null = userOf(id).username) => ({
  id,
  username,
  requestedAt: timeOf(id),
});
const complete = {
  me: userOf(VIEWER),
  feed: { items: FEED_IDS.map((id) => completePost(id)), nextCursor: null },
  requests: { items: REQUEST_IDS.map((id) => request(id)), nextCursor: null },
  counts: COUNTS,
};
const UNAVAILABLE = { reason: 'unavailable' };

test('has the viewer, the feed, the friend requests and the counts, by four upstream requests', async () => {
  const { home, identity, social } = await arrange();
  const response = await home();
  expect(response.body).toEqual(complete);
  expect(response.headers['cache-control']).toBe('private, no-cache');
  expect(response.headers['etag']).toBeDefined();
  expect(social.requests.map(({ path }) => path).toSorted()).toEqual([
    '/api/counts',
    '/api/feed?limit=20',
    '/api/friend-requests?direction=incoming&limit=20',
  ]);
  expect(identity.requests.map(({ path }) => path)).toEqual([
    expect.stringMatching(/^\/api\/users\?ids=(\d+,){21}\d+$/),
  ]);
});

test('takes all names from Social’s replica in one more request while Identity’s breaker is open', async () => {
  const testbed = await arrange({ env: { AUTHOR_STRATEGY: 'hybrid' } });
  await commandBreaker(testbed, 'identity', 'open');
  const response = await testbed.home();
  const ids = [...new Set([...FEED_IDS.map((id) => authorOf(id)), VIEWER, ...REQUEST_IDS])];
  expect(response.body).toEqual({
    ...complete,
    degraded: [{ part: 'author', reason: 'replica', ids, posts: FEED_IDS }],
  });
  expect(testbed.social.requests).toHaveLength(4);
  expect(testbed.identity.requests).toEqual([]);
});

test('requests no names with the strategy replica for posts that have their authors', async () => {
  const { home, social, identity } = await arrange({ env: { AUTHOR_STRATEGY: 'replica' } });
  expect((await home()).body).toEqual(complete);
  expect(social.requests).toHaveLength(4);
  expect(identity.requests).toEqual([]);
});

test('lives without names while Identity is down: the viewer’s id is in the token', async () => {
  const { home, identity } = await arrange();
  await identity.refuse();
  const response = await home();
  expectDegraded(response);
  expect(response.body).toMatchObject({
    me: { id: VIEWER, username: null },
    requests: { items: REQUEST_IDS.map((id) => request(id, null)) },
    counts: COUNTS,
    degraded: [{ part: 'author', ...UNAVAILABLE, posts: FEED_IDS }],
  });
});

describe.each([
  ['requests', /friend-requests/, { requests: null }],
  ['counts', /counts/, { counts: null }],
])('without its %s', (part, path, missing) => {
  const expected = {
    ...complete,
    ...missing,
    degraded: [{ part, ...UNAVAILABLE }],
  };

  test('has everything else, and says what is missing', async () => {
    const { home, social, metric } = await arrange();
    social.respondWith(only(path, status(500)));
    const response = await home();
    expect([response.status, response.body]).toEqual([200, expected]);
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'proxy-status': 'social; received-status=500',
    });
    const series = `gateway_degraded_answers_total{part="${part}",reason="missing"}`;
    expect(await metric(series)).toBe(1);
  });

  test('waits for it no longer than its own budget', async () => {
    const { home, social } = await arrange({ env: { AUTHOR_DEADLINE_MS: '300' } });
    social.respondWith(only(path, silent));
    const response = await home();
    expect(response.body).toEqual(expected);
    expect(response.ms).toBeLessThan(300 + MARGIN_MS);
  });

  test('never opens Social’s breaker, however often it fails', async () => {
    const testbed = await arrange({ env: { BREAKER_VOLUME: '3' } });
    const { home, social, request: send } = testbed;
    social.respondWith(only(path, status(500)));
    for (let count = 0; count < 12; count += 1) expect((await home()).status).toBe(200);
    expect((await send('/api/posts/5')).status).toBe(200);
    expect(await breakerStateOf(testbed, 'social')).toBe('closed');
  });

  test('costs no time any more when it hung twice in a row, and comes back by itself', async () => {
    const { home, social } = await arrange({
      env: { AUTHOR_DEADLINE_MS: '300', BREAKER_RESET_MS: '1000' },
    });
    social.respondWith(only(path, silent));
    await home();
    await home();
    const sent = social.count(path);
    const response = await home();
    expect(response.body).toEqual(expected);
    expect(social.count(path)).toBe(sent);
    social.respondWith();
    await until('the answer is complete', async () => {
      return (await home()).headers['etag'] !== undefined;
    });
  });

  test('is a 503 for a client that prefers strict handling', async () => {
    const { home, social } = await arrange();
    social.respondWith(only(path, status(500)));
    const response = await home({ Prefer: 'handling=strict' });
    expectProblem(response, 503, 'incomplete-answer', HOME);
    expect((response.body as { detail: string }).detail).toContain(part);
  });
});

test('is the failure of the feed when Social has no feed, also when the other parts are there', async () => {
  const { home, social } = await arrange();
  social.respondWith(only(/feed/, status(500)));
  expectProblem(await home(), 502, 'upstream-invalid', HOME);
});

test('needs a session', async () => {
  const { request: send, social } = await arrange();
  expectProblem(await send(HOME), 401, 'unauthenticated', HOME);
  expect(social.requests).toEqual([]);
});

test('requests only what the caches do not have', async () => {
  const { home, identity } = await arrange();
  await home();
  identity.clearRequests();
  expect((await home()).body as Home).toEqual(complete);
  expect(identity.requests).toEqual([]);
});
