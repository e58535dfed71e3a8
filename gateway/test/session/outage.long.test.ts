// Identity is down, or says things that no session ends by: valid sessions go on, nobody is logged out.
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

const impatient = { REQUEST_DEADLINE_MS: '1000', AUTHOR_DEADLINE_MS: '300' };

/** A stage whose gateway knows the keys, and two sessions: one with a good access token, one whose time is over. */
async function warmed(casting: TestbedOptions = {}) {
  const testbed = await startTestbed(casting);
  const good = testbed.identity.openSession(7);
  const over = testbed.identity.openSession(8, { exp: justExpired() });
  await testbed.request('/api/friends', { headers: bearer(good) });
  testbed.identity.clearRequests();
  return { testbed, good, over };
}

/** Neither logged out nor let in: a 503 that says what is wrong, and when to come again. */
function expectNotNow(response: HttpResponse, testbed: Testbed): void {
  expectProblem(response, 503, 'upstream-unavailable', '/api/feed');
  expect(member(response, 'proxy-status', 'identity')).toBeDefined();
  expect(setCookies(response)).toEqual({});
  expectNoInternals(response, testbed.identity, testbed.social);
}

describe('while Identity is down', () => {
  test('a session whose access token is valid goes on, reading and writing, by cookies or Bearer', async () => {
    const { testbed, good } = await warmed();
    await testbed.identity.refuse();
    const browser = { ...cookies(good), ...sameOrigin(testbed) };
    for (const headers of [browser, bearer(good)]) {
      expect((await testbed.request('/api/feed', { headers })).status).toBe(200);
      const json = { content: 'Still here.' };
      expect((await testbed.request('/api/posts', { method: 'POST', headers, json })).status).toBe(
        201,
      );
      const befriending = { method: 'PUT', headers };
      expect((await testbed.request('/api/friends/9', befriending)).status).toBe(200);
    }
  });

  test('an access token that was never seen before is checked with the keys that are known', async () => {
    const { testbed } = await warmed();
    const other = testbed.identity.openSession(9);
    await testbed.identity.refuse();
    expect((await testbed.request('/api/feed', { headers: cookies(other) })).status).toBe(200);
  });

  test('a session that has to be renewed waits: once Identity is back, it goes on', async () => {
    const { testbed, over } = await warmed();
    await testbed.identity.refuse();
    expectNotNow(await testbed.request('/api/feed', { headers: cookies(over) }), testbed);
    await testbed.identity.accept();
    const response = await testbed.request('/api/feed', { headers: cookies(over) });
    expect(response.status).toBe(200);
    expect(setCookies(response).access).toMatch(/^eyJ/);
  });

  test('what is public is read as ever by a browser whose session has to wait', async () => {
    const { testbed, over } = await warmed();
    await testbed.identity.refuse();
    expect((await testbed.request('/api/posts/5', { headers: cookies(over) })).status).toBe(200);
  });

  test('its open breaker is the same: at once, without a request', async () => {
    const { testbed, over } = await warmed();
    await commandBreaker(testbed, 'identity', 'open');
    const response = await testbed.request('/api/feed', { headers: cookies(over) });
    expectNotNow(response, testbed);
    expect(testbed.identity.requests).toHaveLength(0);
  });
});

describe.each(faults)('while Identity $name', ({ inject, host, name }) => {
  test('a session that has to be renewed hears a 503, never a 401, and keeps its cookies', async () => {
    const { testbed, good, over } = await warmed({ env: impatient, hosts: { identity: host } });
    await inject(testbed.identity);
    expectNotNow(await testbed.request('/api/feed', { headers: cookies(over) }), testbed);
    expect((await testbed.request('/api/friends', { headers: cookies(good) })).status).toBe(200);
    expect(name).not.toBe('');
  });
});

test.each(['too-many-requests', 'conflict', 'forbidden', 'not-found', 'overloaded'] as const)(
  'Identity’s word on %s ends no session',
  async (slug) => {
    const { testbed, over } = await warmed();
    testbed.identity.respondWith(always(problem(slug)));
    expectNotNow(await testbed.request('/api/feed', { headers: cookies(over) }), testbed);
  },
);

describe('while the keys were never had', () => {
  test.each(faults)(
    'as Identity $name, a token is neither good nor bad: a 503',
    async ({ inject, host }) => {
      const testbed = await startTestbed({ env: impatient, hosts: { identity: host } });
      const session = testbed.identity.openSession(7);
      await inject(testbed.identity);
      for (const headers of [bearer(session), cookies(session)])
        expectNotNow(await testbed.request('/api/feed', { headers }), testbed);
      expect(testbed.social.requests).toHaveLength(0);
    },
  );

  test.each([
    ['no keys', { keys: [] }],
    ['something else', { items: [] }],
    [
      'keys of another kind',
      { keys: [{ kty: 'oct', k: 'AAAA', kid: 'key-1', alg: 'HS256', use: 'sig' }] },
    ],
  ])('as Identity answers %s, it is a 503 as well', async (_, body) => {
    const testbed = await startTestbed();
    testbed.identity.respondWith(always({ status: 200, body }));
    expectNotNow(
      await testbed.request('/api/feed', { headers: bearer(testbed.identity.openSession(7)) }),
      testbed,
    );
  });

  test('they are asked for once for requests at once, and again when Identity is back', async () => {
    const testbed = await startTestbed();
    const headers = bearer(testbed.identity.openSession(7));
    const release = testbed.identity.hold();
    const waiting = Array.from({ length: 10 }, () => testbed.request('/api/friends', { headers }));
    await until('all wait', async () => (await testbed.metric('http_requests_in_flight')) === 10);
    expect(testbed.identity.count(/jwks/)).toBe(1);
    await testbed.identity.refuse();
    release();
    for (const response of await Promise.all(waiting)) expect(response.status).toBe(503);
    await testbed.identity.accept();
    await until('the keys are there', async () => {
      return (await testbed.request('/api/friends', { headers })).status === 200;
    });
  });
});
