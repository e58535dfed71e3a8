// Data of one request never reaches another one, also when both share an upstream request.
import { describe, expect, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import { status } from '../support/faulty-responders.ts';
import { completePost, degradedPost } from '../support/fixtures.ts';
import { startTestbed } from '../support/testbed.ts';

const traceOf = (at: number) => String(at).padStart(4, '0').repeat(8);
const withSecrets = (body: string) =>
  body.replaceAll('{"id"', '{"email":"cat@example.org","passwordHash":"x9","id"');
const spanOf = (at: number) => `a${String(at).padStart(15, '0')}`;
const idHeadersOf = (at: number) => ({
  'X-Request-Id': `request-${at}`,
  traceparent: `00-${traceOf(at)}-${spanOf(at)}-01`,
});

describe.each([
  ['the same post', () => 5],
  ['different posts', (at: number) => at],
])('concurrent requests for %s', (_, idOf) => {
  test('each get their own request id and trace', async () => {
    const testbed = await startTestbed();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (__, index) =>
        testbed.request(`/api/posts/${idOf(index + 1)}`, { headers: idHeadersOf(index + 1) }),
      ),
    );
    for (const [index, response] of answers.entries()) {
      const at = index + 1;
      expect(response.body).toEqual(completePost(idOf(at)));
      expect(response.headers['x-request-id']).toBe(`request-${at}`);
      expect(response.headers['traceparent']).toMatch(
        new RegExp(`^00-${traceOf(at)}-[0-9a-f]{16}-01$`),
      );
      expect(response.headers['traceparent']).not.toContain(spanOf(at));
    }
  });

  test('each get problems with their own request id and path', async () => {
    const testbed = await startTestbed();
    testbed.social.respondWith(status(500));
    const answers = await Promise.all(
      Array.from({ length: 30 }, (__, index) =>
        testbed.request(`/api/posts/${idOf(index + 1)}`, { headers: idHeadersOf(index + 1) }),
      ),
    );
    for (const [index, response] of answers.entries()) {
      expect(response.body).toMatchObject({
        requestId: `request-${index + 1}`,
        instance: `/api/posts/${idOf(index + 1)}`,
      });
      expect(response.headers['x-request-id']).toBe(`request-${index + 1}`);
    }
  });
});

test('strict handling for one client does not change the answers of others that share its requests', async () => {
  const testbed = await startTestbed({ env: { AUTHOR_DEADLINE_MS: '1000' } });
  const release = testbed.identity.hold();
  const both = [
    testbed.request('/api/posts/5', { headers: { Prefer: 'handling=strict' } }),
    testbed.request('/api/posts/5'),
    testbed.request('/api/posts/5', { headers: { Prefer: 'handling=strict' } }),
    testbed.request('/api/posts/5', { headers: { Prefer: 'handling=lenient' } }),
  ];
  await until('Identity has a request', () => testbed.identity.requests.length > 0);
  await until(
    'all four requests wait',
    async () => (await testbed.metric('http_requests_in_flight')) === 4,
  );
  await testbed.identity.refuse();
  release();
  const answers = await Promise.all(both);
  expect(answers.map((response) => response.status)).toEqual([503, 200, 503, 200]);
  expect(answers[1]?.body).toEqual(degradedPost(5));
  expect(answers[1]?.headers['preference-applied']).toBeUndefined();
  expect(answers[3]?.body).toEqual(degradedPost(5));
});

test('If-None-Match of one client does not empty the answers of others that share its requests', async () => {
  const testbed = await startTestbed();
  const etag = (await testbed.request('/api/posts/5')).headers['etag'] ?? '';
  const release = testbed.social.hold();
  const requests = [etag, undefined, '"another"', etag].map((tag) =>
    testbed.request('/api/posts/5', { headers: tag === undefined ? {} : { 'If-None-Match': tag } }),
  );
  await until(
    'all four requests wait',
    async () => (await testbed.metric('http_requests_in_flight')) === 4,
  );
  release();
  const answers = await Promise.all(requests);
  expect(answers.map((response) => response.status)).toEqual([304, 200, 200, 304]);
  expect(answers[1]?.body).toEqual(completePost(5));
  expect(answers[2]?.body).toEqual(completePost(5));
  expect(answers[0]?.text).toBe('');
  // A client's validators are about the stitched answer, so no upstream may get them.
  for (const { headers } of [...testbed.social.requests, ...testbed.identity.requests])
    expect(headers['if-none-match']).toBeUndefined();
});

test('both upstreams get the client’s request id and trace', async () => {
  const testbed = await startTestbed();
  await testbed.request('/api/posts/5', { headers: idHeadersOf(7) });
  for (const upstream of [testbed.social, testbed.identity]) {
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]?.headers['x-request-id']).toBe('request-7');
    expect(upstream.requests[0]?.headers['traceparent']).toMatch(
      new RegExp(`^00-${traceOf(7)}-[0-9a-f]{16}-01$`),
    );
  }
});

test('both upstreams get the client’s tracestate and baggage, and see who asks', async () => {
  const testbed = await startTestbed();
  const more = { tracestate: 'vendor=1', baggage: 'tenant=blue' };
  await testbed.request('/api/posts/5', { headers: { ...idHeadersOf(7), ...more } });
  for (const { requests } of [testbed.social, testbed.identity])
    expect(requests[0]?.headers).toMatchObject({
      ...more,
      'user-agent': 'social-network-gateway',
      via: '1.1 gateway',
    });
});

test('without valid ids of the client, client and upstreams get the same generated ids', async () => {
  const testbed = await startTestbed();
  const response = await testbed.request('/api/posts/5', {
    headers: { 'X-Request-Id': 'not well-formed!', traceparent: '00-0-0-00' },
  });
  expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  const trace = String(response.headers['traceparent']).slice(0, 36);
  for (const upstream of [testbed.social, testbed.identity]) {
    expect(upstream.requests[0]?.headers['x-request-id']).toBe(response.headers['x-request-id']);
    expect(upstream.requests[0]?.headers['traceparent']).toMatch(new RegExp(`^${trace}`));
  }
});

test('a request that clients may share has no headers of one client', async () => {
  const testbed = await startTestbed();
  await testbed.request('/api/posts/5', {
    headers: {
      Authorization: 'Bearer mine',
      Cookie: 'session=mine',
      Prefer: 'handling=strict',
      'X-Forwarded-For': '203.0.113.9',
      'X-Custom': 'mine',
      'User-Agent': 'mine',
    },
  });
  for (const { headers } of [...testbed.social.requests, ...testbed.identity.requests])
    expect(JSON.stringify(headers)).not.toMatch(/mine|strict|203\.0\.113/);
});

test('fields and headers of an upstream beyond its contract reach no client', async () => {
  const testbed = await startTestbed();
  for (const upstream of [testbed.social, testbed.identity])
    upstream.respondWith(({ res, body }) => {
      res.writeHead(200, { 'Content-Type': 'application/json', 'Set-Cookie': 'a=secret' });
      res.end(withSecrets(body));
    });
  for (const path of [
    '/api/posts/5',
    '/api/posts?ids=6,7',
    '/api/users/9',
    '/api/users/9/posts',
    '/api/users/9/profile',
  ]) {
    const response = await testbed.request(path);
    expect(response.status).toBe(200);
    expect(response.text + JSON.stringify(response.headers)).not.toMatch(
      /email|passwordHash|x9|secret/,
    );
  }
});
