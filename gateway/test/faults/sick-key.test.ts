// An entity or endpoint that an upstream cannot serve: it fails alone, and affects no others.
import { describe, expect, test } from '@jest/globals';
import type { Responder } from 'chassis/testing/stub-server';
import { startTestbed } from '../support/testbed.ts';

/** Responds with a 500 to requests whose path matches, and as usual to all others. */
const failing =
  (path: RegExp): Responder =>
  ({ res, req, respond }) =>
    path.test(req.url ?? '') ? res.writeHead(500).end('{}') : respond();

const isClosed = (name: string) => `gateway_breaker_state{upstream="${name}",state="closed"}`;

describe('a post that Social answers with 500', () => {
  const SICK = /\/posts(\/13|\?ids=(\d+,)*13(,|$))/;

  test('affects no other post, however often it is requested, alone or with others', async () => {
    const { request, social, metric } = await startTestbed();
    social.respondWith(failing(SICK));
    for (let round = 0; round < 15; round += 1) {
      const [sick, ...healthy] = await Promise.all(
        [13, 1, 2, 3, 5, 8].map((id) => request(`/api/posts/${id}`)),
      );
      expect([502, 503]).toContain(sick!.status);
      expect(healthy.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    }
    expect(await metric(isClosed('social'))).toBe(1);
    expect(social.count(SICK)).toBeLessThan(10);
  });

  test('does not open the breaker when nothing else is requested', async () => {
    const { request, social, metric } = await startTestbed();
    social.respondWith(failing(SICK));
    for (let round = 0; round < 30; round += 1) await request('/api/posts/13');
    const { status, headers } = await request('/api/posts/13');
    expect([status, Number(headers['retry-after'])]).toEqual([503, expect.any(Number)]);
    expect(headers['proxy-status']).toBe('social; error=destination_unavailable');
    expect(
      await metric('gateway_rejections_total{upstream="social",reason="quarantined"}'),
    ).toBeGreaterThan(20);
    expect(await metric(isClosed('social'))).toBe(1);
    expect((await request('/api/posts/5')).status).toBe(200);
  });
});

test('a user whom Identity answers with 500 affects no other author', async () => {
  const { request, identity, metric } = await startTestbed({ env: { AUTHOR_TTL_MS: '0' } });
  identity.respondWith(failing(/users(\/1|\?ids=(\d+,)*1(,|$))/));
  for (let round = 0; round < 15; round += 1) {
    const [sick, healthy] = await Promise.all(
      ['/api/users/1', '/api/users/2'].map((path) => request(path)),
    );
    expect([502, 503]).toContain(sick!.status);
    expect(healthy!.status).toBe(200);
  }
  expect(await metric(isClosed('identity'))).toBe(1);
});

test('counts that Social always answers with 500 affect no post', async () => {
  const { request, social, metric } = await startTestbed();
  social.respondWith(failing(/counts/));
  for (let round = 0; round < 15; round += 1) {
    const [counts, post] = await Promise.all(
      ['/api/users/1/profile', '/api/posts/5'].map((path) => request(path)),
    );
    expect([502, 503]).toContain(counts!.status);
    expect(post!.status).toBe(200);
  }
  expect(await metric(isClosed('social'))).toBe(1);
});

test('an upstream that answers everything with 500 opens its breaker as before', async () => {
  const { request, social, metric } = await startTestbed();
  social.respondWith(failing(/./));
  for (const id of [1, 2, 3, 5, 8, 13, 21]) await request(`/api/posts/${id}`);
  expect(await metric('gateway_breaker_state{upstream="social",state="open"}')).toBe(1);
});
