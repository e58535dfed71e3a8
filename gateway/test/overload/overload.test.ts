// Overload, and clients that disconnect: which requests are rejected, which are served, and which are cancelled.
import { expect, test } from '@jest/globals';
import { abortableRequest, type HttpResponse } from 'chassis/testing/http-client';
import { always, problem } from 'chassis/testing/stub-server';
import { until } from 'chassis/testing/until';
import { expectProblem, expectProxyStatus, IMMEDIATE_MS } from '../support/expectations.ts';
import { completePost } from '../support/fixtures.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const CAP = 4;
const env = {
  MAX_IN_FLIGHT: String(CAP),
  REQUEST_DEADLINE_MS: '8000',
  AUTHOR_DEADLINE_MS: '5000',
};

const untilInFlight = (testbed: Testbed, count: number) =>
  until(`${count} requests are in flight`, async () => {
    return (await testbed.metric('http_requests_in_flight')) === count;
  });

/** Fills the gateway with requests that wait for Social, each with an upstream request of its own. */
async function fill(testbed: Testbed) {
  const release = testbed.social.hold();
  const clients = [];
  for (let id = 1; id <= CAP; id += 1) {
    clients.push(abortableRequest(`${testbed.gateway.url}/api/posts/${id}`));
    await until('Social has the request', () => testbed.social.requests.length === id);
  }
  return { clients, release };
}

test('rejects requests beyond MAX_IN_FLIGHT at once, before any work', async () => {
  const testbed = await startTestbed({ env });
  const { clients, release } = await fill(testbed);

  for (const path of ['/api/posts/99', '/api/users/9', '/nothing', '/api/openapi.json']) {
    const rejected = await testbed.request(path);
    expectProblem(rejected, 503, 'overloaded', path);
    expect(rejected.ms).toBeLessThan(IMMEDIATE_MS);
  }
  expect(testbed.social.requests).toHaveLength(CAP);
  expect(testbed.identity.requests).toHaveLength(0);
  expect(await testbed.metric('gateway_rejections_total{upstream="none",reason="overload"}')).toBe(
    4,
  );

  release();
  const answers = await Promise.all(clients.map(({ response }) => response));
  expect(answers.map(({ body }) => body)).toEqual([1, 2, 3, 4].map((id) => completePost(id)));
  expect((await testbed.request('/api/posts/99')).body).toEqual(completePost(99));
});

test('answers at the admin port while it is overloaded', async () => {
  const testbed = await startTestbed({ env });
  const { clients, release } = await fill(testbed);
  for (const path of ['/healthz', '/readyz', '/metrics', '/breakers']) {
    const response = await testbed.admin(path);
    expect(response.status).toBe(200);
    expect(response.ms).toBeLessThan(IMMEDIATE_MS);
  }
  release();
  await Promise.all(clients.map(({ response }) => response));
});

test('is ready while Identity is down', async () => {
  const testbed = await startTestbed();
  await testbed.identity.refuse();
  await testbed.request('/api/posts/5');
  expect((await testbed.admin('/readyz')).status).toBe(200);
});

test('serves another request when a client disconnects', async () => {
  const testbed = await startTestbed({ env });
  const { clients, release } = await fill(testbed);
  await clients[0]?.abort();
  await untilInFlight(testbed, CAP - 1);
  const next = testbed.request('/api/posts/50');
  await until('Social has the request', () => testbed.social.count(/50/) === 1);
  release();
  expect((await next).body).toEqual(completePost(50));
  await Promise.all(clients.slice(1).map(({ response }) => response));
});

test('cancels the upstream request of a client that disconnects when no other client shares it', async () => {
  const testbed = await startTestbed({ env });
  const { clients, release } = await fill(testbed);
  await clients[1]?.abort();
  await until('Social sees the disconnect', () => testbed.social.requests[1]?.aborted === true);
  expect(testbed.social.requests.filter(({ aborted }) => aborted)).toHaveLength(1);
  release();
  for (const at of [0, 2, 3])
    expect((await clients[at]?.response)?.body).toEqual(completePost(at + 1));
});

test('cancels the request for the author of a client that disconnects', async () => {
  const testbed = await startTestbed({ env });
  testbed.identity.hold();
  const client = abortableRequest(`${testbed.gateway.url}/api/posts/5`);
  await until('Identity has the request', () => testbed.identity.requests.length === 1);
  await client.abort();
  await until('Identity sees the disconnect', () => testbed.identity.requests[0]?.aborted === true);
});

test('continues a shared request for the other clients when its first client disconnects', async () => {
  const testbed = await startTestbed({ env });
  const release = testbed.social.hold();
  const first = abortableRequest(`${testbed.gateway.url}/api/posts/5`);
  await until('Social has the request', () => testbed.social.requests.length === 1);
  const others = [1, 2].map(() => testbed.request('/api/posts/5'));
  await untilInFlight(testbed, 3);
  await first.abort();
  await untilInFlight(testbed, 2);
  expect(testbed.social.requests).toEqual([expect.objectContaining({ aborted: false })]);
  release();
  for (const response of await Promise.all(others)) expect(response.body).toEqual(completePost(5));
  expect(testbed.social.requests).toHaveLength(1);
});

test('cancels a shared request when all its clients have disconnected, and sends a new one for the next client', async () => {
  const testbed = await startTestbed({ env });
  const release = testbed.social.hold();
  const clients = [1, 2].map(() => abortableRequest(`${testbed.gateway.url}/api/posts/5`));
  await untilInFlight(testbed, 2);
  await until('Social has the request', () => testbed.social.requests.length === 1);
  for (const client of clients) await client.abort();
  await until('Social sees the disconnects', () => testbed.social.requests[0]?.aborted === true);
  const later = testbed.request('/api/posts/5');
  await until('Social has another request', () => testbed.social.requests.length === 2);
  release();
  expect((await later).body).toEqual(completePost(5));
});

test('queues attempts beyond the connections, and rejects attempts beyond the queue at once', async () => {
  const QUEUE = 20;
  const testbed = await startTestbed({
    env: { UPSTREAM_CONNECTIONS: '1', REQUEST_DEADLINE_MS: '8000' },
  });
  const release = testbed.social.hold();
  const waiting: Promise<HttpResponse>[] = [];
  // One after the other, so that they are not one batch.
  for (let id = 1; id <= 1 + QUEUE; id += 1) {
    waiting.push(testbed.request(`/api/posts/${id}`));
    await untilInFlight(testbed, id);
  }
  const rejected = await testbed.request('/api/posts/99');
  expectProblem(rejected, 503, 'upstream-unavailable', '/api/posts/99');
  expectProxyStatus(rejected, 'social', { error: 'connection_limit_reached' });
  expect(rejected.ms).toBeLessThan(IMMEDIATE_MS);
  const series = 'gateway_rejections_total{upstream="social",reason="bulkhead_full"}';
  expect(await testbed.metric(series)).toBe(1);
  expect(testbed.social.requests).toHaveLength(1);

  release();
  for (const [index, response] of (await Promise.all(waiting)).entries())
    expect(response.body).toEqual(completePost(index + 1));
});

test('never repeats a request to a service that is overloaded, and passes its wait on to the client', async () => {
  const testbed = await startTestbed();
  const refusal = problem('overloaded', 'Too many requests.', { headers: { 'Retry-After': '7' } });
  testbed.social.respondWith(always(refusal));
  for (let id = 1; id <= 10; id += 1) {
    const response = await testbed.request(`/api/posts/${id}`);
    expectProblem(response, 503, 'upstream-unavailable', `/api/posts/${id}`);
    expect(response.headers['retry-after']).toBe('7');
  }
  expect(testbed.social.requests).toHaveLength(10);
  expect(await testbed.metric('gateway_retries_total{upstream="social"}')).toBe(0);
});
