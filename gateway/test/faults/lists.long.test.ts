// Lists, profiles and users under representative faults.
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
import { authorOf, completePost, degradedPost } from '../support/fixtures.ts';
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
/** What an answer with these posts says when their authors are unavailable. */
const degradedBy = (...posts: number[]) => [
  { part: 'author', reason: 'unavailable', ids: posts.map((id) => authorOf(id)), posts },
];
const slugs = { 502: 'upstream-invalid', 503: 'upstream-unavailable', 504: 'upstream-timeout' };

describe.each(representative)('Identity $name', (fault) => {
  test('a list has every post without its author, in time', async () => {
    const { identity, request } = await startTestbed({ env: settings(fault) });
    await fault.inject(identity);
    const response = await request('/api/posts?ids=7,5,6');
    expect(response.body).toEqual({
      items: [7, 5, 6].map(authorless),
      degraded: degradedBy(7, 5, 6),
    });
    expectDegraded(response);
    expectProxyStatus(response, 'identity', fault.proxyStatus);
    expectNoInternals(response, identity);
    expect(response.ms).toBeLessThan(deadlines(fault).author + MARGIN_MS);
  });

  test('a profile has its posts and counts without the user, in time', async () => {
    const { identity, request } = await startTestbed({ env: settings(fault) });
    await fault.inject(identity);
    const response = await request('/api/users/9/profile');
    expect(response.body).toMatchObject({ user: null, postCount: 10, friendCount: 3 });
    expect((response.body as { posts: unknown[] }).posts).toHaveLength(10);
    expect(response.headers['etag']).toBeUndefined();
    expectProxyStatus(response, 'identity', fault.proxyStatus);
    expect(response.ms).toBeLessThan(deadlines(fault).author + MARGIN_MS);
  });

  test('a user is one problem that names the failure, in time', async () => {
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
    '%s is one problem that names the failure, in time',
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

test('returns the other users of a batch in which one user breaks the contract', async () => {
  const { identity, request } = await startTestbed({ env: { AUTHOR_DEADLINE_MS: '1000' } });
  const broken = completePost(6).author.id;
  identity.respondWith(({ res, body }) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(body.replaceAll(`"user_${broken}"`, '7'));
  });
  const response = await request('/api/posts?ids=5,6,7');
  expect(response.body).toEqual({
    items: [completePost(5), authorless(6), completePost(7)],
    degraded: degradedBy(6),
  });
  expectDegraded(response);
  expectProxyStatus(response, 'identity', { error: 'http_protocol_error' });
});

test('treats a response about another user as invalid, not as the author', async () => {
  const { identity, request } = await startTestbed();
  identity.respondWith(({ res }) => res.end(JSON.stringify(userOf(77))));
  const response = await request('/api/posts/5');
  expect(response.body).toEqual(degradedPost(5));
  expectProxyStatus(response, 'identity', { error: 'http_protocol_error' });
});

test('treats a response about another post as invalid, not as the post', async () => {
  const { social, request } = await startTestbed();
  social.respondWith(({ res }) => res.end(JSON.stringify({ ...completePost(77), authorId: 1 })));
  const response = await request('/api/posts/5');
  expectProblem(response, 502, 'upstream-invalid', '/api/posts/5');
});

test('serves an author that came too late for one client to the next client', async () => {
  const { identity, request } = await startTestbed({ env: { AUTHOR_DEADLINE_MS: '100' } });
  const release = identity.hold();
  expect((await request('/api/posts/5')).body).toEqual(degradedPost(5));
  release();
  const count = identity.requests.length;
  await until(
    'the author is in the answer',
    async () => (await request('/api/posts/5')).headers['etag'] !== undefined,
  );
  expect(identity.requests.length).toBeGreaterThanOrEqual(count);
});

test('requests an unavailable author again in the background, without a client', async () => {
  const { identity, request } = await startTestbed({ env: { AUTHOR_DEADLINE_MS: '200' } });
  identity.respondWith(silent);
  expectDegraded(await request('/api/posts/5'));
  identity.respondWith();
  identity.clearRequests();
  await until('Identity has the request', () => identity.count(/\/6$/) > 0);
  const complete = await until('the author is in the answer', async () => {
    const response = await request('/api/posts/5');
    return response.headers['etag'] !== undefined && response;
  });
  expect(complete.body).toEqual(completePost(5));
  expect(member(complete, 'cache-status', 'author')).toMatch(/^author; hit/);
  expect(identity.requests).toHaveLength(1);
});
