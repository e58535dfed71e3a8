// Answers that do not come from the service itself, such as the error page of a proxy: only a problem document of the
// service says that an entity does not exist, or rejects a request.
import { describe, expect, test } from '@jest/globals';
import { always, problem, type Responder } from 'chassis/testing/stub-server';
import { until } from 'chassis/testing/until';
import { startTestbed } from '../support/testbed.ts';

const answer =
  (status: number, type: string, body?: string): Responder =>
  ({ res }) =>
    res.writeHead(status, { 'Content-Type': type }).end(body);

const FOREIGN_PROBLEM = JSON.stringify({ type: 'about:blank', title: 'Not Found', status: 404 });

const foreign404s: [string, Responder][] = [
  ['an HTML page', answer(404, 'text/html', '<h1>default backend</h1>')],
  ['JSON of its own', answer(404, 'application/json', '{"error":"no route"}')],
  ['a problem document of its own', answer(404, 'application/problem+json', FOREIGN_PROBLEM)],
  ['null', answer(404, 'application/json', 'null')],
  ['an empty body', answer(404, 'text/plain')],
];

describe.each(foreign404s)('a 404 of a proxy with %s', (_, responder) => {
  test('makes an author missing, not absent', async () => {
    const { request, identity } = await startTestbed();
    identity.respondWith(responder);
    const { status, headers, body } = await request('/api/posts/5');
    expect([status, body]).toMatchObject([200, { id: 5, author: null }]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'proxy-status': 'identity; error=http_protocol_error; received-status=404',
    });
    expect(headers['etag']).toBeUndefined();
    expect((await request('/api/users/1')).status).toBe(502);
  });

  test('is replaced by the name of the replica with the strategy hybrid', async () => {
    const { request, identity } = await startTestbed({ env: { AUTHOR_STRATEGY: 'hybrid' } });
    identity.respondWith(responder);
    const { headers, body } = await request('/api/posts/5');
    expect(body).toMatchObject({ author: { id: 6, username: 'user_6' } });
    expect(headers['cache-status']).toContain('detail=replica');
  });

  test('is not cached, and the breaker counts it', async () => {
    const { request, identity, metric } = await startTestbed({ env: { BREAKER_RESET_MS: '1' } });
    identity.respondWith(responder);
    for (const id of [1, 2, 3, 5, 8, 13]) await request(`/api/users/${id}`);
    const opened = 'gateway_breaker_transitions_total{upstream="identity",to="open"}';
    expect(await metric(opened)).toBeGreaterThan(0);
    identity.respondWith();
    await until('Identity’s answer is served again', async () => {
      const { body } = await request('/api/users/1');
      return (body as { username?: string }).username === 'user_1';
    });
  });

  test('makes a post a 502, not a 404', async () => {
    const { request, social } = await startTestbed();
    social.respondWith(responder);
    expect((await request('/api/posts/5')).status).toBe(502);
    expect((await request('/api/posts?ids=3')).status).toBe(502);
    expect((await request('/api/posts?ids=8,13')).status).toBe(502);
  });
});

test('a problem document of Identity says that a user does not exist: the answer is complete, with an ETag', async () => {
  const { request, identity } = await startTestbed();
  identity.respondWith(always(problem('not-found')));
  const { headers, body } = await request('/api/posts/5');
  expect(body).toMatchObject({ author: null });
  expect(headers['etag']).toBeDefined();
  expect((await request('/api/users/1')).status).toBe(404);
});

test('an answer that is not UTF-8 is invalid', async () => {
  const { request, identity } = await startTestbed();
  const body = Buffer.from(JSON.stringify({ id: 1, username: 'caf\u00e9' }), 'latin1');
  identity.respondWith(({ res }) => res.end(body));
  expect((await request('/api/users/1')).status).toBe(502);
});

test('a byte order mark before an answer is skipped', async () => {
  const { request, identity } = await startTestbed();
  identity.respondWith(({ res }) => res.end('\uFEFF{"id":1,"username":"cat_sun_dog"}'));
  expect((await request('/api/users/1')).body).toEqual({ id: 1, username: 'cat_sun_dog' });
});

test('an upstream’s own rejection never opens its breaker', async () => {
  const { request, social, metric } = await startTestbed();
  social.respondWith(always(problem('invalid-request')));
  for (let count = 0; count < 8; count += 1)
    expect((await request('/api/users/1/posts')).status).toBe(502);
  expect(await metric('gateway_breaker_state{upstream="social",state="closed"}')).toBe(1);
});
