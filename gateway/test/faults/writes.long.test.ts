// Writes while an upstream is broken: each is sent once, and an unknown outcome is answered as unknown.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { CREDENTIALS, NEW_USER } from '../support/credentials.ts';
import { closesOnReuse, hangsUp, resetsOnReuse, silent } from '../support/faulty-responders.ts';
import { commandBreaker, breakerStateOf } from '../support/breakers.ts';
import {
  expectNoInternals,
  expectProblem,
  expectProxyStatus,
  IMMEDIATE_MS,
} from '../support/expectations.ts';
import { faults } from '../support/faults.ts';
import { mockDns } from '../support/mock-dns.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions, type Testbed } from '../support/testbed.ts';
import type { Responder } from 'chassis/testing/stub-server';

mockDns();

/** The errors after which the upstream may have done the write: no response came, or none that can be read. */
const LOST = new Set([
  'http_response_timeout',
  'connection_terminated',
  'http_response_incomplete',
  'http_response_body_size',
  'http_response_header_section_size',
  'http_response_content_coding',
  'http_protocol_error',
]);
const shortDeadlines = { REQUEST_DEADLINE_MS: '1000', AUTHOR_DEADLINE_MS: '300' };

/** A testbed whose gateway has the keys, and the headers of a session of user 7. */
async function startWithSession(options: TestbedOptions = {}) {
  const testbed = await startTestbed({ env: shortDeadlines, ...options });
  const headers = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/friends', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  return { testbed, headers };
}

const write = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
  testbed.request('/api/posts', { method: 'POST', headers, json: { content: 'Hello.' } });
const sentPosts = (testbed: Testbed) =>
  testbed.social.requests.filter(({ method }) => method === 'POST');

describe.each(faults)(
  'a new post, while Social $name',
  ({ inject, host, proxyStatus: onRead, status, name }) => {
    // A firewall in between may reject a body: to a write, a foreign 4xx says that it was not done.
    const proxyStatus = name === 'answers 401' ? { receivedStatus: 401 } : onRead;
    const isLost = 'error' in proxyStatus && LOST.has(proxyStatus.error);
    const attempts = /refuses|resolve/.test(name) ? 0 : 1;

    test(`is ${attempts === 1 ? 'sent once' : 'not sent'}, and its outcome is ${isLost ? 'unknown' : 'known'}`, async () => {
      const { testbed, headers } = await startWithSession({ hosts: { social: host } });
      await inject(testbed.social);
      const response = await write(testbed, headers);
      const failed = status === 503 ? 'upstream-unavailable' : 'upstream-invalid';
      if (isLost) expectProblem(response, 504, 'outcome-unknown', '/api/posts');
      else expectProblem(response, status, failed, '/api/posts');
      expectProxyStatus(response, 'social', proxyStatus);
      expectNoInternals(response, testbed.identity, testbed.social);
      expect(sentPosts(testbed)).toHaveLength(attempts);
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
  const optionsWith = (headers: Readonly<Record<string, string>>) => ({
    method,
    headers,
    ...(json && { json }),
  });
  const writes = (testbed: Testbed) =>
    testbed[upstream].requests.filter((each) => each.method !== 'GET');

  test.each<[string, Responder]>([
    ['the connection ends', hangsUp],
    ['no response comes in time', silent],
  ])('is not repeated when %s, and its outcome is unknown', async (_, responder) => {
    const { testbed, headers } = await startWithSession();
    // The gateway has user 9 in its cache, so that the upstream gets only the write.
    await testbed.request('/api/users/9');
    testbed[upstream].respondWith(responder);
    expectProblem(await testbed.request(path, optionsWith(headers)), 504, 'outcome-unknown', path);
    expect(writes(testbed)).toHaveLength(1);
  });

  test('is not sent while the breaker is open, and answered with a 503 at once', async () => {
    const { testbed, headers } = await startWithSession({ env: { REQUEST_DEADLINE_MS: '4000' } });
    await testbed.request('/api/users/9');
    await commandBreaker(testbed, upstream, 'open');
    const response = await testbed.request(path, optionsWith(headers));
    expectProblem(response, 503, 'upstream-unavailable', path);
    expect(response.ms).toBeLessThan(IMMEDIATE_MS);
    expect(writes(testbed)).toEqual([]);
  });
});

test('retries a write once that surely was not sent, and then answers that it was not done', async () => {
  const { testbed, headers } = await startWithSession();
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
  async (_, responder) => {
    const { testbed, headers } = await startWithSession();
    // A new socket, which closes at its second request.
    await testbed.social.refuse();
    await testbed.social.accept();
    testbed.social.respondWith(responder);
    expect((await write(testbed, headers)).status).toBe(201);
    const response = await write(testbed, headers);
    expectProblem(response, 504, 'outcome-unknown', '/api/posts');
    expectProxyStatus(response, 'social', { error: 'connection_terminated' });
    expect(sentPosts(testbed)).toHaveLength(2);
  },
);

test('writes that fail open the breaker as reads do, and rejected writes never do', async () => {
  const { testbed, headers } = await startWithSession();
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
  ])('that is %s is passed on in quotes', async (_, key, quoted) => {
    const { testbed, headers } = await startWithSession();
    expect((await write(testbed, { ...headers, 'Idempotency-Key': key })).status).toBe(201);
    expect(sentPosts(testbed)[0]?.headers['idempotency-key']).toBe(quoted);
  });

  test('is not sent when the client sends none', async () => {
    const { testbed, headers } = await startWithSession();
    await write(testbed, headers);
    expect(sentPosts(testbed)[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  test.each(['', 'two words', '"unfinished', 'x'.repeat(201), 'naïve'])(
    'with the value %j is a 400, and nothing is sent',
    async (key) => {
      const { testbed, headers } = await startWithSession();
      const response = await write(testbed, { ...headers, 'Idempotency-Key': key });
      expect(response.body).toMatchObject({
        status: 400,
        errors: [{ pointer: '/header/Idempotency-Key' }],
      });
      expect(sentPosts(testbed)).toEqual([]);
    },
  );
});
