// Few upstream requests: in parallel, in batches, and once for equal requests.
import { connect } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import { completePost } from '../support/fixtures.ts';
import { startTestbed } from '../support/testbed.ts';

test('requests a post and its author at the same time when the author of the post is known', async () => {
  const { request, social, identity } = await startTestbed({ env: { AUTHOR_TTL_MS: '1' } });
  await request('/api/posts/5');
  social.clearRequests();
  identity.clearRequests();
  const [releasePost, releaseAuthor] = [social.hold(), identity.hold()];
  const answer = request('/api/posts/5');
  await until(
    'both upstreams have a request before either has answered',
    () => social.requests.length === 1 && identity.requests.length === 1,
  );
  releaseAuthor();
  releasePost();
  expect((await answer).body).toEqual(completePost(5));
});

test('requests the parts of a profile from Social and Identity at the same time', async () => {
  const { request, social, identity } = await startTestbed();
  const [releasePosts, releaseUser] = [social.hold(), identity.hold()];
  const answer = request('/api/users/6/profile');
  await until(
    'both upstreams have all requests',
    () => social.requests.length === 2 && identity.requests.length === 1,
  );
  releasePosts();
  releaseUser();
  expect(await answer).toMatchObject({ status: 200 });
});

test('requests many posts by one request to Social and one to Identity, and returns them in the order of the ids, without unknown ones', async () => {
  const { request, social, identity } = await startTestbed();
  const ids = [5, 3, 999_999, 1];
  const response = await request(`/api/posts?ids=${ids.join(',')}`);
  expect(response.body).toEqual({ items: [5, 3, 1].map((id) => completePost(id)) });
  expect(social.requests.map(({ path }) => path)).toEqual([`/api/posts?ids=${ids.join(',')}`]);
  expect(identity.requests.map(({ path }) => path)).toEqual(['/api/users?ids=6,4,2']);
});

test('sends one request to Identity for many posts also when some of their authors are known', async () => {
  const { request, identity } = await startTestbed({ env: { AUTHOR_TTL_MS: '1' } });
  await request('/api/posts/5');
  identity.clearRequests();
  await request('/api/posts?ids=5,3,1');
  expect(identity.requests.map(({ path }) => path)).toEqual(['/api/users?ids=6,4,2']);
});

test('requests a page of a user’s posts by one request to Social and one to Identity', async () => {
  const { request, social, identity } = await startTestbed();
  const response = await request('/api/users/6/posts?limit=3');
  expect(response.body).toMatchObject({ items: [905, 805, 705].map((id) => completePost(id)) });
  expect([social.requests.length, identity.requests.length]).toEqual([1, 1]);
});

test('sends one request to each upstream for equal concurrent requests', async () => {
  const { request, social, identity, metric } = await startTestbed();
  const release = social.hold();
  const answers = Array.from({ length: 20 }, () => request('/api/posts/5'));
  await until('all requests wait', async () => (await metric('http_requests_in_flight')) === 20);
  release();
  for (const { body } of await Promise.all(answers)) expect(body).toEqual(completePost(5));
  expect([social.requests.length, identity.requests.length]).toEqual([1, 1]);
});

test('requests the authors of 50 concurrent requests in at most 25 batches', async () => {
  const { request, social, identity } = await startTestbed();
  const release = social.hold();
  const answers = Array.from({ length: 50 }, (_, index) => request(`/api/posts/${index + 1}`));
  await until(
    'Social has requests for all posts',
    () => countIds(social.requests.map(({ path }) => path)) === 50,
  );
  release();
  await Promise.all(answers);
  expect(countIds(identity.requests.map(({ path }) => path))).toBe(50);
  expect(identity.requests.length).toBeLessThanOrEqual(25);
});

const countIds = (paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + (path.split('ids=')[1]?.split(',').length ?? 1), 0);

test('requests a post again after POST_TTL_MS, and not before', async () => {
  const { request, social } = await startTestbed({
    env: { POST_TTL_MS: '60000', AUTHOR_TTL_MS: '600000' },
  });
  const realNow = performance.now.bind(performance);
  let skippedMs = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => realNow() + skippedMs);
  try {
    await request('/api/posts/5');
    // Lifetimes vary by a tenth, and the requests take some time themselves.
    skippedMs = 40_000;
    const response = await request('/api/posts/5');
    expect(response.headers['cache-status']).toMatch(/^post; hit; ttl=\d+/);
    expect(response.headers['server-timing']).toBeUndefined();
    expect(social.requests).toHaveLength(1);
    skippedMs = 60_000;
    const again = await request('/api/posts/5');
    expect(again.headers['cache-status']).toMatch(/^post; fwd=miss/);
    expect(social.requests).toHaveLength(2);
  } finally {
    clock.mockRestore();
  }
});

test('requests a post each time with POST_TTL_MS=0', async () => {
  const { request, social } = await startTestbed();
  await request('/api/posts/5');
  await request('/api/posts/5');
  expect(social.requests).toHaveLength(2);
});

test('passes on a hundred posts of the largest size', async () => {
  const { request, social } = await startTestbed();
  social.respondWith(({ req, res }) => {
    const ids =
      new URL(req.url ?? '', 'http://social').searchParams.get('ids')?.split(',').map(Number) ?? [];
    const content = '\u0001'.repeat(5000);
    const items = ids.map((id) => ({
      id,
      content,
      authorId: 1,
      createdAt: '2026-01-01T00:00:00.000Z',
    }));
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ items }));
  });
  const ids = Array.from({ length: 100 }, (_, index) => index + 1);
  const response = await request(`/api/posts?ids=${ids.join(',')}`);
  expect(response.status).toBe(200);
  expect((response.body as { items: unknown[] }).items).toHaveLength(100);
});

test('returns the other posts of a batch in which one post breaks the contract', async () => {
  const { gateway, social } = await startTestbed();
  social.respondWith(({ res, body }) => {
    res.setHeader('Content-Type', 'application/json').end(body.replace('"id":7,', '"id":"7",'));
  });
  const statuses = await requestTogether(
    gateway.url,
    [5, 6, 7].map((id) => `/api/posts/${id}`),
  );
  expect(social.requests.map(({ path }) => path)).toContain('/api/posts?ids=5,6,7');
  expect(statuses).toEqual([200, 200, 502]);
});

/** Sends pipelined requests in one packet, so that they arrive in one turn of the event loop. @returns their statuses */
async function requestTogether(url: string, paths: readonly string[]): Promise<number[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const last = paths.length - 1;
  const requests = paths.map(
    (path, index) =>
      `GET ${path} HTTP/1.1\r\nHost: gateway\r\n${index === last ? 'Connection: close\r\n' : ''}\r\n`,
  );
  socket.write(requests.join(''));
  const text = (await socket.setEncoding('utf8').toArray()).join('');
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}
