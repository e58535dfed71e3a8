// HTTP for every client: validators, methods, invalid input, and answers that keep to the contract.
import { expect, test } from '@jest/globals';
import { conformance } from 'contracts/conformance/conformance';
import type { RequestOptions, HttpResponse } from 'chassis/testing/http-client';
import { always, problem } from 'chassis/testing/stub-server';
import { startTestbed } from '../support/testbed.ts';

const violations = conformance('gateway');
const check = (
  path: string,
  response: HttpResponse,
  { method = 'GET' }: RequestOptions = {},
): string[] => violations({ method, path, ...response, body: response.body ?? response.text });

test('a client with the ETag gets a 304 without a body, and HEAD gets the headers without a body', async () => {
  const { request } = await startTestbed({ env: { POST_TTL_MS: '60000' } });
  const complete = await request('/api/posts/5');
  const notModified = await request('/api/posts/5', {
    headers: { 'If-None-Match': `"other", W/${complete.headers['etag']!}` },
  });
  expect([notModified.status, notModified.text, notModified.headers['etag']]).toEqual([
    304,
    '',
    complete.headers['etag'],
  ]);
  expect(check('/api/posts/5', notModified)).toEqual([]);
  const head = await request('/api/posts/5', { method: 'HEAD' });
  expect([head.status, head.text, head.headers['etag']]).toEqual([
    200,
    '',
    complete.headers['etag'],
  ]);
  expect(head.headers['content-length']).toBe(complete.headers['content-length']);
});

test('a degraded answer is never a 304', async () => {
  const { request, identity } = await startTestbed();
  await identity.refuse();
  expect((await request('/api/posts/5', { headers: { 'If-None-Match': '*' } })).status).toBe(200);
});

test.each([
  ['POST', '/api/posts/5', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
  ['PUT', '/api/posts/5', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
  ['DELETE', '/api/posts', 'GET, HEAD, POST, OPTIONS'],
  ['POST', '/api/feed', 'GET, HEAD, OPTIONS'],
  ['GET', '/api/auth/login', 'POST, OPTIONS'],
  ['PUT', '/api/friends/requests', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/api/friends/requests', 'GET, HEAD, OPTIONS'],
])('%s of %s is a 405 whose Allow header is %s', async (method, path, allow) => {
  const { request } = await startTestbed();
  const response = await request(path, { method });
  expect([response.status, response.headers['allow']]).toEqual([405, allow]);
  expect(response.headers['content-type']).toBe('application/problem+json');
});

test('OPTIONS has the Allow header', async () => {
  const { request } = await startTestbed();
  const response = await request('/api/posts', { method: 'OPTIONS' });
  expect([response.status, response.headers['allow']]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
});

test.each([
  ['/api/posts/0', '/path/id'],
  ['/api/posts/-1', '/path/id'],
  ['/api/posts/1.5', '/path/id'],
  ['/api/posts/9007199254740992', '/path/id'],
  ['/api/posts/5%00', '/path/id'],
  ['/api/posts/5?extra=1', '/query/extra'],
  ['/api/posts', '/query/ids'],
  ['/api/posts?ids=', '/query/ids'],
  ['/api/posts?ids=1,x', '/query/ids'],
  ['/api/posts?ids=1&ids=2', '/query/ids'],
  [
    `/api/posts?ids=${Array.from({ length: 101 }, (_, index) => index + 1).join(',')}`,
    '/query/ids',
  ],
  ['/api/users/1/posts?limit=0', '/query/limit'],
  ['/api/users/1/posts?limit=101', '/query/limit'],
  ['/api/users/1/posts?cursor=%2F%2F', '/query/cursor'],
  ['/api/users/me', '/path/id'],
])('%s is a 400 that points at %s, without an upstream request', async (path, pointer) => {
  const { request, social, identity } = await startTestbed();
  const response = await request(path);
  expect(response.body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect(check(path, response)).toEqual([]);
  expect([social.requests.length, identity.requests.length]).toEqual([0, 0]);
});

test('a cursor that Social does not know is a 400 that points at the cursor', async () => {
  const { request, social } = await startTestbed();
  const errors = [{ pointer: '/query/cursor', detail: 'expected a cursor from an earlier page' }];
  social.respondWith(always(problem('invalid-request', 'The cursor is wrong.', { errors })));
  const response = await request('/api/users/1/posts?cursor=abc');
  expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/query/cursor' }] });
});

test.each(['/api/posts/5/', '/API/posts/5'])(
  '%s is a 404, although a similar path exists',
  async (path) => {
    const { request } = await startTestbed();
    expect((await request(path)).status).toBe(404);
  },
);

test.each(['/api/docs', '/api/docs/', '/api/docs?utm_source=a'])(
  '%s is the page of the API, compressed like every large file of it',
  async (path) => {
    const { gateway } = await startTestbed();
    const headers = { Accept: 'text/html', 'Accept-Encoding': 'br' };
    const response = await fetch(gateway.url + path, { headers });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<div id="swagger-ui">');
    const bundle = await fetch(`${gateway.url}/api/docs/swagger-ui-bundle.js`, { headers });
    expect(bundle.headers.get('content-encoding')).toBe('br');
  },
);

test('an unknown path is a 404, and a malformed path is a 400', async () => {
  const { request } = await startTestbed();
  expect((await request('/api/nothing')).status).toBe(404);
  expect((await request('/metrics')).status).toBe(404);
  expect((await request('/breakers')).status).toBe(404);
  expect((await request('/api/posts/%ff')).status).toBe(400);
});

test.each([
  ['handling=strict', 503],
  ['respond-async, HANDLING = "strict"; foo=bar', 503],
  ['handling=lenient', 200],
  ['handling=lenient, handling=strict', 200],
  ['mishandling=strict', 200],
])('without Identity, Prefer: %s is answered with %d', async (prefer, status) => {
  const { request, identity } = await startTestbed();
  await identity.refuse();
  const response = await request('/api/posts/5', { headers: { Prefer: prefer } });
  expect(response.status).toBe(status);
  expect(response.headers['preference-applied']).toBe(
    status === 503 ? 'handling=strict' : undefined,
  );
  expect(check('/api/posts/5', response)).toEqual([]);
});

test('a complete answer with strict handling says that it was applied', async () => {
  const { request } = await startTestbed();
  const response = await request('/api/posts/5', { headers: { Prefer: 'handling=strict' } });
  expect([response.status, response.headers['preference-applied']]).toEqual([
    200,
    'handling=strict',
  ]);
});

const PATHS = [
  '/api/posts/5',
  '/api/posts/999999',
  '/api/posts?ids=5,3',
  '/api/users/1',
  '/api/users/999999',
  '/api/users/1/posts?limit=2',
  '/api/users/999999/posts',
  '/api/users/1/profile',
  '/api/openapi.json',
  '/api/docs',
];

test('every answer keeps to the contract: complete, without Identity, and without Social', async () => {
  const { request, identity, social } = await startTestbed();
  const checkAll = async (): Promise<string[]> => {
    const allViolations: string[] = [];
    for (const path of PATHS) allViolations.push(...check(path, await request(path)));
    return allViolations;
  };
  expect(await checkAll()).toEqual([]);
  await identity.refuse();
  expect(await checkAll()).toEqual([]);
  await social.refuse();
  expect(await checkAll()).toEqual([]);
});
