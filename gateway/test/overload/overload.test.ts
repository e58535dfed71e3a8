// More than the gateway can take, and clients that do not wait: who is refused, who is served, what is given up.
import { expect, test } from '@jest/globals';
import { abortableRequest, type HttpResponse } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { expectProblem, expectProxyStatus } from '../support/expectations.ts';
import { completePost } from '../support/fixtures.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const CAP = 4;
// Far below the deadlines, far above what a busy machine needs.
const AT_ONCE_MS = 1000;
const patient = {
  MAX_IN_FLIGHT: String(CAP),
  REQUEST_DEADLINE_MS: '8000',
  AUTHOR_DEADLINE_MS: '5000',
};

const inFlight = (testbed: Testbed, count: number) =>
  until(`${count} requests are in flight`, async () => {
    return (await testbed.metric('http_requests_in_flight')) === count;
  });

/** As many clients as there are places, all waiting for Social, one upstream request each. */
async function fill(testbed: Testbed) {
  const release = testbed.social.hold();
  const clients = [];
  for (let id = 1; id <= CAP; id += 1) {
    clients.push(abortableRequest(`${testbed.gateway.url}/api/posts/${id}`));
    await until('Social is asked', () => testbed.social.requests.length === id);
  }
  return { clients, release };
}

test('past MAX_IN_FLIGHT a request is refused at once, before any work', async () => {
  const testbed = await startTestbed({ env: patient });
  const { clients, release } = await fill(testbed);

  for (const path of ['/api/posts/99', '/api/users/9', '/nothing', '/api/openapi.json']) {
    const refused = await testbed.request(path);
    expectProblem(refused, 503, 'overloaded', path);
    expect(refused.ms).toBeLessThan(AT_ONCE_MS);
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

test('while it is overloaded, the admin port answers', async () => {
  const testbed = await startTestbed({ env: patient });
  const { clients, release } = await fill(testbed);
  for (const path of ['/healthz', '/readyz', '/metrics', '/breakers']) {
    const response = await testbed.admin(path);
    expect(response.status).toBe(200);
    expect(response.ms).toBeLessThan(AT_ONCE_MS);
  }
  release();
  await Promise.all(clients.map(({ response }) => response));
});

test('readiness does not depend on Identity', async () => {
  const testbed = await startTestbed();
  await testbed.identity.refuse();
  await testbed.request('/api/posts/5');
  expect((await testbed.admin('/readyz')).status).toBe(200);
});

test('a client that leaves frees its place', async () => {
  const testbed = await startTestbed({ env: patient });
  const { clients, release } = await fill(testbed);
  await clients[0]?.abort();
  await inFlight(testbed, CAP - 1);
  const next = testbed.request('/api/posts/50');
  await until('Social is asked', () => testbed.social.count(/50/) === 1);
  release();
  expect((await next).body).toEqual(completePost(50));
  await Promise.all(clients.slice(1).map(({ response }) => response));
});

test('a client that leaves ends the upstream work that was for it alone', async () => {
  const testbed = await startTestbed({ env: patient });
  const { clients, release } = await fill(testbed);
  await clients[1]?.abort();
  await until('Social sees it leave', () => testbed.social.requests[1]?.aborted === true);
  expect(testbed.social.requests.filter(({ aborted }) => aborted)).toHaveLength(1);
  release();
  for (const at of [0, 2, 3])
    expect((await clients[at]?.response)?.body).toEqual(completePost(at + 1));
});

test('a client that leaves while its author is asked for ends that too', async () => {
  const testbed = await startTestbed({ env: patient });
  testbed.identity.hold();
  const client = abortableRequest(`${testbed.gateway.url}/api/posts/5`);
  await until('Identity is asked', () => testbed.identity.requests.length === 1);
  await client.abort();
  await until('Identity sees it leave', () => testbed.identity.requests[0]?.aborted === true);
});

test('a shared flight goes on for the others, also when its first client leaves', async () => {
  const testbed = await startTestbed({ env: patient });
  const release = testbed.social.hold();
  const first = abortableRequest(`${testbed.gateway.url}/api/posts/5`);
  await until('Social is asked', () => testbed.social.requests.length === 1);
  const others = [1, 2].map(() => testbed.request('/api/posts/5'));
  await inFlight(testbed, 3);
  await first.abort();
  await inFlight(testbed, 2);
  expect(testbed.social.requests).toEqual([expect.objectContaining({ aborted: false })]);
  release();
  for (const response of await Promise.all(others)) expect(response.body).toEqual(completePost(5));
  expect(testbed.social.requests).toHaveLength(1);
});

test('when all who share a flight have left, it is given up; who comes later asks anew', async () => {
  const testbed = await startTestbed({ env: patient });
  const release = testbed.social.hold();
  const clients = [1, 2].map(() => abortableRequest(`${testbed.gateway.url}/api/posts/5`));
  await inFlight(testbed, 2);
  await until('Social is asked', () => testbed.social.requests.length === 1);
  for (const client of clients) await client.abort();
  await until('Social sees them leave', () => testbed.social.requests[0]?.aborted === true);
  const later = testbed.request('/api/posts/5');
  await until('Social is asked again', () => testbed.social.requests.length === 2);
  release();
  expect((await later).body).toEqual(completePost(5));
});

test('attempts beyond the connections wait for one, in a bounded room; beyond that they are refused at once', async () => {
  const ROOM = 20;
  const testbed = await startTestbed({
    env: { UPSTREAM_CONNECTIONS: '1', REQUEST_DEADLINE_MS: '8000' },
  });
  const release = testbed.social.hold();
  const waiting: Promise<HttpResponse>[] = [];
  // One after the other, so that they do not travel together.
  for (let id = 1; id <= 1 + ROOM; id += 1) {
    waiting.push(testbed.request(`/api/posts/${id}`));
    await inFlight(testbed, id);
  }
  const refused = await testbed.request('/api/posts/99');
  expectProblem(refused, 503, 'upstream-unavailable', '/api/posts/99');
  expectProxyStatus(refused, 'social', { error: 'connection_limit_reached' });
  expect(refused.ms).toBeLessThan(AT_ONCE_MS);
  const series = 'gateway_rejections_total{upstream="social",reason="bulkhead_full"}';
  expect(await testbed.metric(series)).toBe(1);
  expect(testbed.social.requests).toHaveLength(1);

  release();
  for (const [index, response] of (await Promise.all(waiting)).entries())
    expect(response.body).toEqual(completePost(index + 1));
});
