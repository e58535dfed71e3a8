// What a breaker does not count as a failure: 4xx responses, and clients that disconnect.
import { expect, test } from '@jest/globals';
import { breakerStateOf } from '../support/breakers.ts';
import { abortableRequest } from 'chassis/testing/http-client';
import { always, problem } from 'chassis/testing/stub-server';
import { until } from 'chassis/testing/until';
import { authorOf, completePost } from '../support/fixtures.ts';
import { startTestbed } from '../support/testbed.ts';

test('404s never open a breaker', async () => {
  const testbed = await startTestbed({ population: { posts: 10, authors: 1000 } });
  for (let id = 1000; id < 1030; id += 1) {
    expect((await testbed.request(`/api/posts/${id}`)).status).toBe(404);
    expect((await testbed.request(`/api/users/${id + 1000}`)).status).toBe(404);
  }
  expect(testbed.social.requests).toHaveLength(30);
  expect(testbed.identity.requests).toHaveLength(30);
  expect(await breakerStateOf(testbed, 'social')).toBe('closed');
  expect(await breakerStateOf(testbed, 'identity')).toBe('closed');
});

test.each(['unauthenticated', 'forbidden', 'not-found', 'method-not-allowed'] as const)(
  'an upstream’s own problem %s never opens its breaker',
  async (slug) => {
    const testbed = await startTestbed();
    testbed.social.respondWith(always(problem(slug)));
    for (let id = 1; id <= 30; id += 1) await testbed.request(`/api/posts/${id}`);
    expect(testbed.social.requests).toHaveLength(30);
    expect(await breakerStateOf(testbed, 'social')).toBe('closed');
  },
);

test('an author that does not exist is null in a complete answer', async () => {
  const testbed = await startTestbed({ population: { authors: 100 } });
  // Social has authors that Identity does not know.
  testbed.identity.respondWith(always(problem('not-found')));
  for (let id = 1; id <= 30; id += 1) {
    const response = await testbed.request(`/api/posts/${id}`);
    expect(response.body).toEqual({ ...completePost(id), author: null });
    expect(response.headers['etag']).toBeDefined();
    expect(response.headers['proxy-status']).toBeUndefined();
  }
  expect(testbed.identity.requests).toHaveLength(30);
  expect(await breakerStateOf(testbed, 'identity')).toBe('closed');
});

test.each(['identity', 'social'] as const)(
  'clients that disconnect during a request to %s never open its breaker',
  async (upstream) => {
    const testbed = await startTestbed({
      env: { AUTHOR_DEADLINE_MS: '5000', REQUEST_DEADLINE_MS: '10000', BREAKER_VOLUME: '2' },
    });
    testbed[upstream].hold();
    for (let id = 1; id <= 20; id += 1) {
      const client = abortableRequest(`${testbed.gateway.url}/api/posts/${id}`);
      await until('the upstream has the request', () => testbed[upstream].requests.length === id);
      await client.abort();
    }
    await until(
      'all requests have ended',
      async () => (await testbed.metric('http_requests_in_flight')) === 0,
    );
    expect(authorOf(1)).not.toBe(authorOf(2));
    expect(await breakerStateOf(testbed, upstream)).toBe('closed');
    expect(
      await testbed.metric(`gateway_breaker_transitions_total{upstream="${upstream}",to="open"}`),
    ).toBe(0);
    testbed[upstream].respondWith();
    expect((await testbed.request('/api/posts/50')).body).toEqual(completePost(50));
  },
);
