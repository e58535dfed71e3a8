// Log-ins are slow, as passwords are hashed. They must not keep quick requests out, and too many of them are no outage.
import { expect, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import { always, problem } from 'chassis/testing/stub-server';
import { CREDENTIALS } from '../support/credentials.ts';
import { expectProblem } from '../support/expectations.ts';
import { completePost } from '../support/fixtures.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const CONNECTIONS = 8;
const SLOW_PERMITS = 2;
const env = { UPSTREAM_CONNECTIONS: String(CONNECTIONS), REQUEST_DEADLINE_MS: '8000' };

const logIn = ({ request }: Testbed) =>
  request('/api/auth/login', { method: 'POST', json: CREDENTIALS });

test('log-ins that Identity refuses because it is overloaded do not open its breaker', async () => {
  const testbed = await startTestbed({ env });
  const refusal = problem('overloaded', 'Too many requests.', { headers: { 'Retry-After': '7' } });
  testbed.identity.respondWith(({ req, respond, ...rest }) => {
    if (req.url === '/api/sessions') always(refusal)({ req, respond, ...rest });
    else respond();
  });
  for (let times = 1; times <= 20; times += 1) {
    const response = await logIn(testbed);
    expectProblem(response, 503, 'upstream-unavailable', '/api/auth/login');
    expect(response.headers['retry-after']).toBe('7');
    expect(response.headers['proxy-status']).toBe('identity; received-status=503');
  }
  expect(testbed.identity.count(/sessions/)).toBe(20);
  expect(await testbed.metric('gateway_breaker_state{upstream="identity",state="closed"}')).toBe(1);
  expect((await testbed.request('/api/posts/5')).body).toEqual(completePost(5));
});

test('log-ins in progress have permits of their own, so that names are still looked up', async () => {
  const testbed = await startTestbed({ env });
  const release = testbed.identity.hold(/sessions/);
  const logIns = Array.from({ length: 3 * CONNECTIONS }, () => logIn(testbed));
  await until('all log-ins are in flight', async () => {
    return (await testbed.metric('http_requests_in_flight')) === logIns.length;
  });
  await until('Identity has log-ins', () => testbed.identity.count(/sessions/) >= SLOW_PERMITS);
  for (const id of [1, 2, 3])
    expect((await testbed.request(`/api/posts/${id}`)).body).toEqual(completePost(id));
  expect(testbed.identity.count(/sessions/)).toBe(SLOW_PERMITS);
  release();
  for (const { status } of await Promise.all(logIns)) expect(status).toBe(200);
});

test('reads that hold all permits of reads keep no log-in out', async () => {
  const testbed = await startTestbed({ env });
  const release = testbed.identity.hold(/me$/);
  const headers = bearer(testbed.identity.openSession(7));
  const reads = Array.from({ length: 2 * CONNECTIONS }, () =>
    testbed.request('/api/me', { headers }),
  );
  await until('Identity has reads', () => testbed.identity.count(/me$/) >= CONNECTIONS);
  expect((await logIn(testbed)).status).toBe(200);
  expect(testbed.identity.count(/me$/)).toBe(CONNECTIONS);
  release();
  for (const { status } of await Promise.all(reads)) expect(status).toBe(200);
});
