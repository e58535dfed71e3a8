// What belongs to one request never reaches another, also when both share an upstream request.
import { describe, expect, test } from '@jest/globals';
import { until } from '../support/client.ts';
import { status } from '../support/behaviours.ts';
import { wholePost } from '../support/world.ts';
import { stage } from '../support/stage.ts';

const traceOf = (at: number) => String(at).padStart(4, '0').repeat(8);
const gossip = (body: string) =>
  body.replaceAll('{"id"', '{"email":"cat@example.org","passwordHash":"x9","id"');
const spanOf = (at: number) => `a${String(at).padStart(15, '0')}`;
const identityOf = (at: number) => ({
  'X-Request-Id': `request-${at}`,
  traceparent: `00-${traceOf(at)}-${spanOf(at)}-01`,
});

describe.each([
  ['the same post', () => 5],
  ['different posts', (at: number) => at],
])('requests at once for %s', (_, idOf) => {
  test('each hear their own request id and trace', async () => {
    const it = await stage();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (__, index) =>
        it.get(`/api/posts/${idOf(index + 1)}`, { headers: identityOf(index + 1) }),
      ),
    );
    for (const [index, heard] of answers.entries()) {
      const at = index + 1;
      expect(heard.body).toEqual(wholePost(idOf(at)));
      expect(heard.headers['x-request-id']).toBe(`request-${at}`);
      expect(heard.headers['traceparent']).toMatch(
        new RegExp(`^00-${traceOf(at)}-[0-9a-f]{16}-01$`),
      );
      expect(heard.headers['traceparent']).not.toContain(spanOf(at));
    }
  });

  test('a problem tells each its own request id and path', async () => {
    const it = await stage();
    it.social.behave(status(500));
    const answers = await Promise.all(
      Array.from({ length: 30 }, (__, index) =>
        it.get(`/api/posts/${idOf(index + 1)}`, { headers: identityOf(index + 1) }),
      ),
    );
    for (const [index, heard] of answers.entries()) {
      expect(heard.body).toMatchObject({
        requestId: `request-${index + 1}`,
        instance: `/api/posts/${idOf(index + 1)}`,
      });
      expect(heard.headers['x-request-id']).toBe(`request-${index + 1}`);
    }
  });
});

test('one client’s strictness does not fail the other, nor the other’s leniency the one', async () => {
  const it = await stage({ env: { AUTHOR_DEADLINE_MS: '1000' } });
  const release = it.identity.hold();
  const both = [
    it.get('/api/posts/5', { headers: { Prefer: 'handling=strict' } }),
    it.get('/api/posts/5'),
    it.get('/api/posts/5', { headers: { Prefer: 'handling=strict' } }),
    it.get('/api/posts/5', { headers: { Prefer: 'handling=lenient' } }),
  ];
  await until('Identity is asked', () => it.identity.seen.length > 0);
  await until('all four wait', async () => (await it.metric('http_requests_in_flight')) === 4);
  await it.identity.refuse();
  release();
  const answers = await Promise.all(both);
  expect(answers.map((heard) => heard.status)).toEqual([503, 200, 503, 200]);
  expect(answers[1]?.body).toEqual({ ...wholePost(5), author: null });
  expect(answers[1]?.headers['preference-applied']).toBeUndefined();
  expect(answers[3]?.body).toEqual({ ...wholePost(5), author: null });
});

test('one client’s If-None-Match does not empty the other’s answer', async () => {
  const it = await stage();
  const etag = (await it.get('/api/posts/5')).headers['etag'] ?? '';
  const release = it.social.hold();
  const asked = [etag, undefined, '"another"', etag].map((tag) =>
    it.get('/api/posts/5', { headers: tag === undefined ? {} : { 'If-None-Match': tag } }),
  );
  await until('all four wait', async () => (await it.metric('http_requests_in_flight')) === 4);
  release();
  const answers = await Promise.all(asked);
  expect(answers.map((heard) => heard.status)).toEqual([304, 200, 200, 304]);
  expect(answers[1]?.body).toEqual(wholePost(5));
  expect(answers[2]?.body).toEqual(wholePost(5));
  expect(answers[0]?.text).toBe('');
  // A client's validators are about the stitched answer; an upstream must not see them.
  for (const { headers } of [...it.social.seen, ...it.identity.seen])
    expect(headers['if-none-match']).toBeUndefined();
});

test('a client’s request id and trace arrive at both upstreams', async () => {
  const it = await stage();
  await it.get('/api/posts/5', { headers: identityOf(7) });
  for (const upstream of [it.social, it.identity]) {
    expect(upstream.seen).toHaveLength(1);
    expect(upstream.seen[0]?.headers['x-request-id']).toBe('request-7');
    expect(upstream.seen[0]?.headers['traceparent']).toMatch(
      new RegExp(`^00-${traceOf(7)}-[0-9a-f]{16}-01$`),
    );
  }
});

test('without them, the ids that the client gets are those that the upstreams got', async () => {
  const it = await stage();
  const heard = await it.get('/api/posts/5', {
    headers: { 'X-Request-Id': 'not well-formed!', traceparent: '00-0-0-00' },
  });
  expect(heard.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  const trace = String(heard.headers['traceparent']).slice(0, 36);
  for (const upstream of [it.social, it.identity]) {
    expect(upstream.seen[0]?.headers['x-request-id']).toBe(heard.headers['x-request-id']);
    expect(upstream.seen[0]?.headers['traceparent']).toMatch(new RegExp(`^${trace}`));
  }
});

test('what a client sends about itself does not travel in a request that others may share', async () => {
  const it = await stage();
  await it.get('/api/posts/5', {
    headers: {
      Authorization: 'Bearer mine',
      Cookie: 'session=mine',
      Prefer: 'handling=strict',
      'X-Forwarded-For': '203.0.113.9',
      'X-Custom': 'mine',
      'User-Agent': 'mine',
    },
  });
  for (const { headers } of [...it.social.seen, ...it.identity.seen])
    expect(JSON.stringify(headers)).not.toMatch(/mine|strict|203\.0\.113/);
});

test('what an upstream says beyond its contract reaches no client', async () => {
  const it = await stage();
  for (const upstream of [it.social, it.identity])
    upstream.behave(({ res, body }) => {
      res.writeHead(200, { 'Content-Type': 'application/json', 'Set-Cookie': 'a=secret' });
      res.end(gossip(body));
    });
  for (const path of [
    '/api/posts/5',
    '/api/posts?ids=6,7',
    '/api/users/9',
    '/api/users/9/posts',
    '/api/users/9/profile',
  ]) {
    const heard = await it.get(path);
    expect(heard.status).toBe(200);
    expect(heard.text + JSON.stringify(heard.headers)).not.toMatch(/email|passwordHash|x9|secret/);
  }
});
