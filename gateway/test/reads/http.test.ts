// What every HTTP client may expect: validators, methods, inputs; and answers that keep to the contract.
import { expect, test } from '@jest/globals';
import { conformance } from 'contracts/conformance/conformance';
import type { Asking, Heard } from '../support/client.ts';
import { stage } from '../support/stage.ts';

const violations = conformance('gateway');
const check = (path: string, heard: Heard, { method = 'GET' }: Asking = {}): string[] =>
  violations({ method, path, ...heard, body: heard.body ?? heard.text });

test('a client that holds the answer gets a 304 without a body; HEAD gets the headers without a body', async () => {
  const { get } = await stage({ env: { POST_TTL_MS: '60000' } });
  const whole = await get('/api/posts/5');
  const held = await get('/api/posts/5', {
    headers: { 'If-None-Match': `"other", W/${whole.headers['etag']!}` },
  });
  expect([held.status, held.text, held.headers['etag']]).toEqual([304, '', whole.headers['etag']]);
  expect(check('/api/posts/5', held)).toEqual([]);
  const head = await get('/api/posts/5', { method: 'HEAD' });
  expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', whole.headers['etag']]);
  expect(head.headers['content-length']).toBe(whole.headers['content-length']);
});

test('a degraded answer is never a 304', async () => {
  const { get, identity } = await stage();
  await identity.refuse();
  expect((await get('/api/posts/5', { headers: { 'If-None-Match': '*' } })).status).toBe(200);
});

test.each([
  ['POST', '/api/posts/5', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
  ['PUT', '/api/posts/5', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
  ['DELETE', '/api/posts', 'GET, HEAD, POST, OPTIONS'],
  ['POST', '/api/feed', 'GET, HEAD, OPTIONS'],
  ['GET', '/api/auth/login', 'POST, OPTIONS'],
])('%s on %s is a 405 that tells what is allowed', async (method, path, allow) => {
  const { get } = await stage();
  const heard = await get(path, { method });
  expect([heard.status, heard.headers['allow']]).toEqual([405, allow]);
  expect(heard.headers['content-type']).toBe('application/problem+json');
});

test('OPTIONS tells what is allowed', async () => {
  const { get } = await stage();
  const heard = await get('/api/posts', { method: 'OPTIONS' });
  expect([heard.status, heard.headers['allow']]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
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
])('%s is a 400 that points at %s, and asks nobody', async (path, pointer) => {
  const { get, social, identity } = await stage();
  const heard = await get(path);
  expect(heard.body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect(check(path, heard)).toEqual([]);
  expect([social.seen.length, identity.seen.length]).toEqual([0, 0]);
});

test('a cursor that Social does not know is the client’s fault', async () => {
  const { get, social } = await stage();
  social.behave(({ res }) =>
    res.writeHead(400, { 'Content-Type': 'application/problem+json' }).end('{}'),
  );
  const heard = await get('/api/users/1/posts?cursor=abc');
  expect(heard.body).toMatchObject({ status: 400, errors: [{ pointer: '/query/cursor' }] });
});

test.each(['/api/posts/5/', '/API/posts/5', '/api/docs/'])(
  '%s is not another name of what it resembles',
  async (path) => {
    const { get } = await stage();
    expect((await get(path)).status).toBe(404);
  },
);

test('an address that is none is a 404, and so is a path that is not well-formed a 400', async () => {
  const { get } = await stage();
  expect((await get('/api/nothing')).status).toBe(404);
  expect((await get('/metrics')).status).toBe(404);
  expect((await get('/breakers')).status).toBe(404);
  expect((await get('/api/posts/%ff')).status).toBe(400);
});

test.each([
  ['handling=strict', 503],
  ['respond-async, HANDLING = "strict"; foo=bar', 503],
  ['handling=lenient', 200],
  ['handling=lenient, handling=strict', 200],
  ['mishandling=strict', 200],
])('without Identity, Prefer: %s is answered with %d', async (prefer, status) => {
  const { get, identity } = await stage();
  await identity.refuse();
  const heard = await get('/api/posts/5', { headers: { Prefer: prefer } });
  expect(heard.status).toBe(status);
  expect(heard.headers['preference-applied']).toBe(status === 503 ? 'handling=strict' : undefined);
  expect(check('/api/posts/5', heard)).toEqual([]);
});

test('a whole answer honours strict handling too, and says so', async () => {
  const { get } = await stage();
  const heard = await get('/api/posts/5', { headers: { Prefer: 'handling=strict' } });
  expect([heard.status, heard.headers['preference-applied']]).toEqual([200, 'handling=strict']);
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

test('every answer keeps to the contract: whole, without Identity, without Social', async () => {
  const { get, identity, social } = await stage();
  const checkAll = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const path of PATHS) found.push(...check(path, await get(path)));
    return found;
  };
  expect(await checkAll()).toEqual([]);
  await identity.refuse();
  expect(await checkAll()).toEqual([]);
  await social.refuse();
  expect(await checkAll()).toEqual([]);
});
