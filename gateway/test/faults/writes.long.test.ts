// Writes while an upstream is broken: sent once, and what is not known is told as not known.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { CREDENTIALS, NEW_USER } from '../support/credentials.ts';
import { closesOnReuse, hangsUp, resetsOnReuse, silent } from '../support/faulty-responders.ts';
import { commandBreaker, breakerStateOf } from '../support/breakers.ts';
import { expectNoInternals, expectProblem, expectProxyStatus } from '../support/expectations.ts';
import { faults } from '../support/faults.ts';
import { mockDns } from '../support/mock-dns.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions, type Testbed } from '../support/testbed.ts';
import type { Responder } from 'chassis/testing/stub-server';

mockDns();

/** What is told of a fault by which an answer is lost that may have been given: none came, or none that can be read. */
const LOST = new Set([
  'http_response_timeout',
  'connection_terminated',
  'http_response_incomplete',
  'http_response_body_size',
  'http_response_header_section_size',
  'http_response_content_coding',
  'http_protocol_error',
]);
const impatient = { REQUEST_DEADLINE_MS: '1000', AUTHOR_DEADLINE_MS: '300' };

/** A stage whose gateway knows the keys, and whose session user 7 has. */
async function warmed(casting: TestbedOptions = {}) {
  const testbed = await startTestbed({ env: impatient, ...casting });
  const headers = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/friends', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  return { testbed, headers };
}

const write = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
  testbed.request('/api/posts', { method: 'POST', headers, json: { content: 'Hello.' } });
const sent = (testbed: Testbed) =>
  testbed.social.requests.filter(({ method }) => method === 'POST');

describe.each(faults)(
  'a post, while Social $name',
  ({ inject, host, proxyStatus, status, name }) => {
    const isLost = 'error' in proxyStatus && LOST.has(proxyStatus.error);
    const asked = /refuses|resolve/.test(name) ? 0 : 1;

    test(`is sent ${asked === 1 ? 'once' : 'to nobody'}, and its end is ${isLost ? 'not ' : ''}known`, async () => {
      const { testbed, headers } = await warmed({ hosts: { social: host } });
      await inject(testbed.social);
      const response = await write(testbed, headers);
      const failed = status === 503 ? 'upstream-unavailable' : 'upstream-invalid';
      if (isLost) expectProblem(response, 504, 'outcome-unknown', '/api/posts');
      else expectProblem(response, status, failed, '/api/posts');
      expectProxyStatus(response, 'social', proxyStatus);
      expectNoInternals(response, testbed.identity, testbed.social);
      expect(sent(testbed)).toHaveLength(asked);
    });
  },
);

type Who = 'identity' | 'social';
const WRITES: readonly [string, string, Who, object | undefined][] = [
  ['PATCH', '/api/posts/6', 'social', { content: 'Hello again.' }],
  ['DELETE', '/api/posts/6', 'social', undefined],
  ['PUT', '/api/friends/9', 'social', undefined],
  ['DELETE', '/api/friends/9', 'social', undefined],
  ['PATCH', '/api/me', 'identity', { username: 'sun_dog' }],
  ['DELETE', '/api/me', 'identity', { currentPassword: PASSWORD }],
  ['POST', '/api/auth/register', 'identity', NEW_USER],
  ['POST', '/api/auth/login', 'identity', CREDENTIALS],
  ['POST', '/api/auth/token', 'identity', CREDENTIALS],
  ['POST', '/api/auth/logout', 'identity', undefined],
];

describe.each(WRITES)('%s %s', (method, path, upstream, json) => {
  const asking = (headers: Readonly<Record<string, string>>) => ({
    method,
    headers,
    ...(json && { json }),
  });
  const writes = (testbed: Testbed) =>
    testbed[upstream].requests.filter((each) => each.method !== 'GET');

  test.each<[string, Responder]>([
    ['the connection ends', hangsUp],
    ['it comes too late', silent],
  ])('whose answer is lost as %s is not repeated, and may have been done', async (_, behaviour) => {
    const { testbed, headers } = await warmed();
    // Whom it is about is known, so that only the write goes to it.
    await testbed.request('/api/users/9');
    testbed[upstream].respondWith(behaviour);
    expectProblem(await testbed.request(path, asking(headers)), 504, 'outcome-unknown', path);
    expect(writes(testbed)).toHaveLength(1);
  });

  test('is not sent while the breaker is open: a 503 at once', async () => {
    const { testbed, headers } = await warmed();
    await testbed.request('/api/users/9');
    await commandBreaker(testbed, upstream, 'open');
    expectProblem(await testbed.request(path, asking(headers)), 503, 'upstream-unavailable', path);
    expect(writes(testbed)).toEqual([]);
  });
});

test('what surely did not leave is tried once more, and then told as not done', async () => {
  const { testbed, headers } = await warmed();
  await testbed.social.refuse();
  expectProblem(await write(testbed, headers), 503, 'upstream-unavailable', '/api/posts');
  const attempts = 'gateway_upstream_attempt_duration_seconds_count';
  const series = `${attempts}{upstream="social",operation="create_post",outcome="refused"}`;
  expect(await testbed.metric(series)).toBe(2);
  expect(await testbed.metric('gateway_retries_total{upstream="social"}')).toBe(1);
});

test.each<[string, Responder]>([
  ['closed', closesOnReuse],
  ['reset', resetsOnReuse],
])(
  'a write on a kept-alive socket that is %s at that moment is not sent again',
  async (_, behaviour) => {
    const { testbed, headers } = await warmed();
    // A socket of its own: the one that was used before is not known to die.
    await testbed.social.refuse();
    await testbed.social.accept();
    testbed.social.respondWith(behaviour);
    expect((await write(testbed, headers)).status).toBe(201);
    const response = await write(testbed, headers);
    expectProblem(response, 504, 'outcome-unknown', '/api/posts');
    expectProxyStatus(response, 'social', { error: 'connection_terminated' });
    expect(sent(testbed)).toHaveLength(2);
  },
);

test('writes open the breaker as reads do, and a refusal never does', async () => {
  const { testbed, headers } = await warmed();
  for (let count = 0; count < 10; count += 1)
    await testbed.request('/api/posts/1', { method: 'DELETE', headers });
  expect(await breakerStateOf(testbed, 'social')).toBe('closed');
  testbed.social.respondWith(hangsUp);
  for (let count = 0; count < 30; count += 1) await write(testbed, headers);
  expect(await breakerStateOf(testbed, 'social')).toBe('open');
});

describe('Idempotency-Key', () => {
  test.each([
    ['plain', 'order-66', '"order-66"'],
    ['quoted', '"order 66"', '"order 66"'],
  ])('given %s, is passed on', async (_, given, passed) => {
    const { testbed, headers } = await warmed();
    expect((await write(testbed, { ...headers, 'Idempotency-Key': given })).status).toBe(201);
    expect(sent(testbed)[0]?.headers['idempotency-key']).toBe(passed);
  });

  test('not given, is not made up', async () => {
    const { testbed, headers } = await warmed();
    await write(testbed, headers);
    expect(sent(testbed)[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  test.each(['', 'two words', '"unfinished', 'x'.repeat(201), 'naïve'])(
    'as %j is a 400, and nothing is sent',
    async (key) => {
      const { testbed, headers } = await warmed();
      const response = await write(testbed, { ...headers, 'Idempotency-Key': key });
      expect(response.body).toMatchObject({
        status: 400,
        errors: [{ pointer: '/header/Idempotency-Key' }],
      });
      expect(sent(testbed)).toEqual([]);
    },
  );
});
