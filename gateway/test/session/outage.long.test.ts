// While Identity is down or broken, valid sessions continue and no user is logged out.
import { describe, expect, test } from '@jest/globals';
import { commandBreaker } from '../support/breakers.ts';
import { until } from 'chassis/testing/until';
import type { HttpResponse } from 'chassis/testing/http-client';
import { expectProblem, expectNoInternals, member } from '../support/expectations.ts';
import { faults } from '../support/faults.ts';
import { mockDns } from '../support/mock-dns.ts';
import { bearer, cookies, justExpired, sameOrigin, setCookies } from '../support/session.ts';
import { startTestbed, type TestbedOptions, type Testbed } from '../support/testbed.ts';
import { always, problem } from 'chassis/testing/stub-server';

mockDns();

const shortDeadlines = { REQUEST_DEADLINE_MS: '1000', AUTHOR_DEADLINE_MS: '300' };

/** A testbed whose gateway has the keys, and two sessions: one with a valid and one with an expired access token. */
async function startWithSessions(options: TestbedOptions = {}) {
  const testbed = await startTestbed(options);
  const valid = testbed.identity.openSession(7);
  const expired = testbed.identity.openSession(8, { exp: justExpired() });
  await testbed.request('/api/friends', { headers: bearer(valid) });
  testbed.identity.clearRequests();
  return { testbed, valid, expired };
}

/** Expects neither a logout nor an answer: a 503 that names the failure and says when to retry. */
function expectUnavailable(response: HttpResponse, testbed: Testbed): void {
  expectProblem(response, 503, 'upstream-unavailable', '/api/feed');
  expect(member(response, 'proxy-status', 'identity')).toBeDefined();
  expect(setCookies(response)).toEqual({});
  expectNoInternals(response, testbed.identity, testbed.social);
}

describe('while Identity is down', () => {
  test('a session with a valid access token reads and writes, by cookies or Bearer', async () => {
    const { testbed, valid } = await startWithSessions();
    await testbed.identity.refuse();
    const browser = { ...cookies(valid), ...sameOrigin(testbed) };
    for (const headers of [browser, bearer(valid)]) {
      expect((await testbed.request('/api/feed', { headers })).status).toBe(200);
      const json = { content: 'Still here.' };
      expect((await testbed.request('/api/posts', { method: 'POST', headers, json })).status).toBe(
        201,
      );
      const befriending = { method: 'PUT', headers };
      expect((await testbed.request('/api/friends/9', befriending)).status).toBe(200);
    }
  });

  test('a new access token is verified with the keys that the gateway has', async () => {
    const { testbed } = await startWithSessions();
    const other = testbed.identity.openSession(9);
    await testbed.identity.refuse();
    expect((await testbed.request('/api/feed', { headers: cookies(other) })).status).toBe(200);
  });

  test('a session that needs a refresh gets a 503, and continues when Identity is back', async () => {
    const { testbed, expired } = await startWithSessions();
    await testbed.identity.refuse();
    expectUnavailable(await testbed.request('/api/feed', { headers: cookies(expired) }), testbed);
    await testbed.identity.accept();
    const response = await testbed.request('/api/feed', { headers: cookies(expired) });
    expect(response.status).toBe(200);
    expect(setCookies(response).access).toMatch(/^eyJ/);
  });

  test('a browser whose session needs a refresh reads public posts as usual', async () => {
    const { testbed, expired } = await startWithSessions();
    await testbed.identity.refuse();
    expect((await testbed.request('/api/posts/5', { headers: cookies(expired) })).status).toBe(200);
  });

  test('a session that needs a refresh gets a 503 without a request while Identity’s breaker is open', async () => {
    const { testbed, expired } = await startWithSessions();
    await commandBreaker(testbed, 'identity', 'open');
    const response = await testbed.request('/api/feed', { headers: cookies(expired) });
    expectUnavailable(response, testbed);
    expect(testbed.identity.requests).toHaveLength(0);
  });
});

describe.each(faults)('while Identity $name', ({ inject, host }) => {
  test('a session that needs a refresh gets a 503, never a 401, and keeps its cookies', async () => {
    const { testbed, valid, expired } = await startWithSessions({
      env: shortDeadlines,
      hosts: { identity: host },
    });
    await inject(testbed.identity);
    expectUnavailable(await testbed.request('/api/feed', { headers: cookies(expired) }), testbed);
    expect((await testbed.request('/api/friends', { headers: cookies(valid) })).status).toBe(200);
  });
});

test.each(['too-many-requests', 'conflict', 'forbidden', 'not-found', 'overloaded'] as const)(
  'Identity’s problem %s ends no session',
  async (slug) => {
    const { testbed, expired } = await startWithSessions();
    testbed.identity.respondWith(always(problem(slug)));
    expectUnavailable(await testbed.request('/api/feed', { headers: cookies(expired) }), testbed);
  },
);

describe('before the gateway has got the keys', () => {
  test.each(faults)(
    'a token is answered with a 503 while Identity $name',
    async ({ inject, host }) => {
      const testbed = await startTestbed({
        env: shortDeadlines,
        hosts: { identity: host },
        withoutKeys: true,
      });
      const session = testbed.identity.openSession(7);
      await inject(testbed.identity);
      for (const headers of [bearer(session), cookies(session)])
        expectUnavailable(await testbed.request('/api/feed', { headers }), testbed);
      expect(testbed.social.requests).toHaveLength(0);
    },
  );

  test.each([
    ['an empty key set', { keys: [] }],
    ['JSON that is no key set', { items: [] }],
    [
      'keys of another kind',
      { keys: [{ kty: 'oct', k: 'AAAA', kid: 'key-1', alg: 'HS256', use: 'sig' }] },
    ],
  ])('a token is answered with a 503 when Identity answers with %s', async (_, body) => {
    const testbed = await startTestbed({ withoutKeys: true });
    testbed.identity.respondWith(always({ status: 200, body }));
    expectUnavailable(
      await testbed.request('/api/feed', { headers: bearer(testbed.identity.openSession(7)) }),
      testbed,
    );
  });

  test('the keys are requested once for concurrent requests, and again when Identity is back', async () => {
    const testbed = await startTestbed({ withoutKeys: true });
    const headers = bearer(testbed.identity.openSession(7));
    const release = testbed.identity.hold();
    const waiting = Array.from({ length: 10 }, () => testbed.request('/api/friends', { headers }));
    await until(
      'all requests wait',
      async () => (await testbed.metric('http_requests_in_flight')) === 10,
    );
    expect(testbed.identity.count(/jwks/)).toBe(1);
    await testbed.identity.refuse();
    release();
    for (const response of await Promise.all(waiting)) expect(response.status).toBe(503);
    await testbed.identity.accept();
    await until('the gateway has the keys', async () => {
      return (await testbed.request('/api/friends', { headers })).status === 200;
    });
  });
});
