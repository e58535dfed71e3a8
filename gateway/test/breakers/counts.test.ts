// What a breaker does not count: answers that were only not wanted, and clients that did not wait.
import { expect, test } from '@jest/globals';
import { stateOf } from '../support/breakers.ts';
import { status } from '../support/behaviours.ts';
import { askAndMayLeave, until } from '../support/client.ts';
import { authorOf, wholePost } from '../support/world.ts';
import { stage } from '../support/stage.ts';

test('404s never open a breaker', async () => {
  const it = await stage({ population: { posts: 10, authors: 1000 } });
  for (let id = 1000; id < 1030; id += 1) {
    expect((await it.get(`/api/posts/${id}`)).status).toBe(404);
    expect((await it.get(`/api/users/${id + 1000}`)).status).toBe(404);
  }
  expect(it.social.seen).toHaveLength(30);
  expect(it.identity.seen).toHaveLength(30);
  expect(await stateOf(it, 'social')).toBe('closed');
  expect(await stateOf(it, 'identity')).toBe('closed');
});

test.each([401, 403, 404, 410])('%i from an upstream never opens its breaker', async (code) => {
  const it = await stage();
  it.social.behave(status(code));
  for (let id = 1; id <= 30; id += 1) await it.get(`/api/posts/${id}`);
  expect(it.social.seen).toHaveLength(30);
  expect(await stateOf(it, 'social')).toBe('closed');
});

test('an author that does not exist is null, and nothing is degraded by that', async () => {
  const it = await stage({ population: { authors: 100 } });
  // Social knows authors that Identity has never heard of.
  it.identity.behave(status(404));
  for (let id = 1; id <= 30; id += 1) {
    const heard = await it.get(`/api/posts/${id}`);
    expect(heard.body).toEqual({ ...wholePost(id), author: null });
    expect(heard.headers['etag']).toBeDefined();
    expect(heard.headers['proxy-status']).toBeUndefined();
  }
  expect(it.identity.seen).toHaveLength(30);
  expect(await stateOf(it, 'identity')).toBe('closed');
});

test.each(['identity', 'social'] as const)(
  'clients that hang up while %s is asked never open its breaker',
  async (upstream) => {
    const it = await stage({
      env: { AUTHOR_DEADLINE_MS: '5000', REQUEST_DEADLINE_MS: '10000', BREAKER_VOLUME: '2' },
    });
    it[upstream].hold();
    for (let id = 1; id <= 20; id += 1) {
      const client = askAndMayLeave(`${it.gateway.url}/api/posts/${id}`);
      await until('the upstream is asked', () => it[upstream].seen.length === id);
      await client.leave();
    }
    await until('all are gone', async () => (await it.metric('http_requests_in_flight')) === 0);
    expect(authorOf(1)).not.toBe(authorOf(2));
    expect(await stateOf(it, upstream)).toBe('closed');
    expect(
      await it.metric(`gateway_breaker_transitions_total{upstream="${upstream}",to="open"}`),
    ).toBe(0);
    it[upstream].behave();
    expect((await it.get('/api/posts/50')).body).toEqual(wholePost(50));
  },
);
