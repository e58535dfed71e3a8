// Faults where more than one post is asked for: lists, profiles, users. The representative ones only.
import { describe, expect, test } from '@jest/globals';
import {
  expectDegraded,
  expectNoInternals,
  expectProblem,
  expectProxyStatus,
  MARGIN_MS,
  member,
} from '../support/expectations.ts';
import { silent } from '../support/faulty-responders.ts';
import { faults, type Fault } from '../support/faults.ts';
import { userOf } from 'chassis/testing/users';
import { completePost } from '../support/fixtures.ts';
import { startTestbed } from '../support/testbed.ts';
import { until } from 'chassis/testing/until';

const representative = faults.filter(({ name }) =>
  /^(refuses|accepts and never|answers with wrong|answers 500|cuts its body|answers 20 MB$)/.test(
    name,
  ),
);
const deadlines = ({ status }: Fault) =>
  status === 504 ? { author: 100, request: 400 } : { author: 1000, request: 2000 };
const settings = (fault: Fault) => ({
  AUTHOR_DEADLINE_MS: String(deadlines(fault).author),
  REQUEST_DEADLINE_MS: String(deadlines(fault).request),
});
const authorless = (id: number) => ({ ...completePost(id), author: null });
const slugs = { 502: 'upstream-invalid', 503: 'upstream-unavailable', 504: 'upstream-timeout' };

describe.each(representative)('Identity $name', (fault) => {
  test('a list keeps every post, authorless, in time', async () => {
    const { identity, request } = await startTestbed({ env: settings(fault) });
    await fault.inject(identity);
    const response = await request('/api/posts?ids=7,5,6');
    expect(response.body).toEqual({
      items: [7, 5, 6].map(authorless),
    });
    expectDegraded(response);
    expectProxyStatus(response, 'identity', fault.proxyStatus);
    expectNoInternals(response, identity);
    expect(response.ms).toBeLessThan(deadlines(fault).author + MARGIN_MS);
  });

  test('a profile keeps its posts and counts, without the user', async () => {
    const { identity, request } = await startTestbed({ env: settings(fault) });
    await fault.inject(identity);
    const response = await request('/api/users/9/profile');
    expect(response.body).toMatchObject({ user: null, postCount: 10, friendCount: 3 });
    expect((response.body as { posts: unknown[] }).posts).toHaveLength(10);
    expect(response.headers['etag']).toBeUndefined();
    expectProxyStatus(response, 'identity', fault.proxyStatus);
    expect(response.ms).toBeLessThan(deadlines(fault).author + MARGIN_MS);
  });

  test('a user, who is nothing without Identity, is one clear problem', async () => {
    const { identity, social, request } = await startTestbed({ env: settings(fault) });
    await fault.inject(identity);
    const response = await request('/api/users/9');
    expectProblem(response, fault.status, slugs[fault.status], '/api/users/9');
    expectProxyStatus(response, 'identity', fault.proxyStatus);
    expectNoInternals(response, identity, social);
    expect(response.ms).toBeLessThan(deadlines(fault).request + MARGIN_MS);
  });
});

describe.each(representative)('Social $name', (fault) => {
  test.each(['/api/posts?ids=7,5,6', '/api/users/9/posts', '/api/users/9/profile'])(
    '%s is one clear problem, in time',
    async (path) => {
      const { identity, social, request } = await startTestbed({ env: settings(fault) });
      await fault.inject(social);
      const response = await request(path);
      expectProblem(response, fault.status, slugs[fault.status], path.split('?')[0] ?? '');
      expectProxyStatus(response, 'social', fault.proxyStatus);
      expectNoInternals(response, identity, social);
      expect(response.ms).toBeLessThan(deadlines(fault).request + MARGIN_MS);
    },
  );
});

test('one user that breaks the contract costs the others of the batch nothing', async () => {
  const { identity, request } = await startTestbed({ env: { AUTHOR_DEADLINE_MS: '1000' } });
  const broken = completePost(6).author.id;
  identity.respondWith(({ res, body }) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(body.replaceAll(`"user_${broken}"`, '7'));
  });
  const response = await request('/api/posts?ids=5,6,7');
  expect(response.body).toEqual({
    items: [completePost(5), { ...completePost(6), author: null }, completePost(7)],
  });
  expectDegraded(response);
  expectProxyStatus(response, 'identity', { error: 'http_protocol_error' });
});

test('an answer about somebody else is nonsense, not an author', async () => {
  const { identity, request } = await startTestbed();
  identity.respondWith(({ res }) => res.end(JSON.stringify(userOf(77))));
  const response = await request('/api/posts/5');
  expect(response.body).toEqual({ ...completePost(5), author: null });
  expectProxyStatus(response, 'identity', { error: 'http_protocol_error' });
});

test('an answer about another post is nonsense, not the post', async () => {
  const { social, request } = await startTestbed();
  social.respondWith(({ res }) => res.end(JSON.stringify({ ...completePost(77), authorId: 1 })));
  const response = await request('/api/posts/5');
  expectProblem(response, 502, 'upstream-invalid', '/api/posts/5');
});

test('while Identity is slow, an author that is late for one client is there for the next', async () => {
  const { identity, request } = await startTestbed({ env: { AUTHOR_DEADLINE_MS: '100' } });
  const release = identity.hold();
  expect((await request('/api/posts/5')).body).toEqual({ ...completePost(5), author: null });
  release();
  const asked = identity.requests.length;
  await until(
    'the author is there',
    async () => (await request('/api/posts/5')).headers['etag'] !== undefined,
  );
  expect(identity.requests.length).toBeGreaterThanOrEqual(asked);
});

test('an author that could not be had is asked for again in the background, without any client', async () => {
  const { identity, request } = await startTestbed({ env: { AUTHOR_DEADLINE_MS: '200' } });
  identity.respondWith(silent);
  expectDegraded(await request('/api/posts/5'));
  identity.respondWith();
  identity.clearRequests();
  await until('Identity is asked', () => identity.count(/\/6$/) > 0);
  const whole = await until('the author is known', async () => {
    const response = await request('/api/posts/5');
    return response.headers['etag'] !== undefined && response;
  });
  expect(whole.body).toEqual(completePost(5));
  expect(member(whole, 'cache-status', 'author')).toMatch(/^author; hit/);
  expect(identity.requests).toHaveLength(1);
});
