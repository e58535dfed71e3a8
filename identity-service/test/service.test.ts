// The whole service over real sockets: every route, its bounds, and what HTTP promises around it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { type Client, clientOf } from 'chassis/testing/http-client';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { start } from '../src/service.ts';

let database: TestDatabase;
let service: Running;
let request: Client;

beforeAll(async () => {
  database = await embeddedDatabase();
  service = await start({
    ...database.settings,
    PORT: '0',
    ADMIN_PORT: '0',
    DEMO_DATA: 'true',
    LOG_LEVEL: 'silent',
  });
  request = clientOf(service.url, conformance('identity'));
});

afterAll(async () => {
  await service.stop();
  await database.remove();
});

const faultsOf = ({ body }: { body: unknown }) => (body as { errors: unknown }).errors;

describe('GET /api/users/{id}', () => {
  test('answers with id and username, and nothing else', async () => {
    const { status, body } = await request('/api/users/1');
    expect(status).toBe(200);
    expect(body).toEqual({ id: 1, username: 'cat_sun_dog' });
  });

  test('a user who does not exist is a 404 problem', async () => {
    const { status, body } = await request('/api/users/9007199254740991');
    expect(status).toBe(404);
    expect(body).toMatchObject({
      type: 'urn:social-network:problem:not-found',
      instance: '/api/users/9007199254740991',
    });
  });

  test.each([
    '0',
    '-1',
    '1.5',
    '01',
    '9007199254740992',
    '99999999999999999999',
    'x',
    '%00',
    "1'--",
  ])('the id %s is a 400 that points at it', async (id) => {
    const answer = await request(`/api/users/${id}`);
    expect(answer.status).toBe(400);
    expect(faultsOf(answer)).toEqual([expect.objectContaining({ pointer: '/path/id' })]);
  });

  test('a query parameter is a 400', async () => {
    const answer = await request('/api/users/1?fields=email');
    expect(answer.status).toBe(400);
    expect(faultsOf(answer)).toEqual([expect.objectContaining({ pointer: '/query/fields' })]);
  });
});

describe('GET /api/users?ids=', () => {
  test('answers in the order asked for, each once, without those who do not exist', async () => {
    const { status, body } = await request('/api/users?ids=3,777,1,3');
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        { id: 3, username: 'night_owl' },
        { id: 1, username: 'cat_sun_dog' },
      ],
    });
  });

  test('a hundred ids are answered, a hundred and one are a 400', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => index + 1);
    expect((await request(`/api/users?ids=${ids.slice(1).join(',')}`)).status).toBe(200);
    const answer = await request(`/api/users?ids=${ids.join(',')}`);
    expect(answer.status).toBe(400);
    expect(faultsOf(answer)).toEqual([expect.objectContaining({ pointer: '/query/ids' })]);
  });

  test.each(['/api/users', '/api/users?ids=', '/api/users?ids=1,', '/api/users?ids=1,x'])(
    '%s is a 400 that points at ids',
    async (path) => {
      const answer = await request(path);
      expect(answer.status).toBe(400);
      expect(faultsOf(answer)).toEqual([expect.objectContaining({ pointer: '/query/ids' })]);
    },
  );

  test.each(['/api/users?ids=1&ids=2', '/api/users?ids=1&name=cat_sun_dog'])(
    '%s is a 400: each parameter once, and none but the known ones',
    async (path) => {
      expect((await request(path)).status).toBe(400);
    },
  );
});

describe('around every route', () => {
  test('the same answer is a 304 for who holds it', async () => {
    const { headers } = await request('/api/users/1');
    const again = await request('/api/users/1', { headers: { 'If-None-Match': headers['etag']! } });
    expect(again.status).toBe(304);
    expect(again.headers['etag']).toBe(headers['etag']);
    const other = await request('/api/users/2', { headers: { 'If-None-Match': headers['etag']! } });
    expect(other.status).toBe(200);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const get = await request('/api/users?ids=1');
    const head = await request('/api/users?ids=1', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers['etag']).toBe(get.headers['etag']);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is a 405 with Allow', async (method) => {
    const answer = await request('/api/users/1', { method });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
  });

  test.each([
    ['/api/users', 'GET, HEAD, POST, OPTIONS'],
    ['/api/users/1', 'GET, HEAD, OPTIONS'],
    ['/api/sessions', 'POST, OPTIONS'],
    ['/api/sessions/refresh', 'POST, OPTIONS'],
    ['/api/sessions/current', 'DELETE, OPTIONS'],
    ['/api/me', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['/.well-known/jwks.json', 'GET, HEAD, OPTIONS'],
  ])('OPTIONS of %s is a 204 with Allow, and so is the 405 of PUT', async (path, allow) => {
    const answer = await request(path, { method: 'OPTIONS' });
    expect([answer.status, answer.headers['allow']]).toEqual([204, allow]);
    const refused = await request(path, { method: 'PUT' });
    expect([refused.status, refused.headers['allow']]).toEqual([405, allow]);
  });

  test.each([
    ['POST', '/api/users'],
    ['POST', '/api/sessions'],
    ['POST', '/api/sessions/refresh'],
    ['DELETE', '/api/sessions/current'],
    ['GET', '/api/me'],
    ['PATCH', '/api/me'],
    ['DELETE', '/api/me'],
    ['GET', '/.well-known/jwks.json'],
  ] as const)('a query parameter of %s %s is a 400', async (method, path) => {
    const answer = await request(`${path}?a=b`, { method, ...(method !== 'GET' && { json: {} }) });
    expect(answer.status).toBe(400);
    expect(faultsOf(answer)).toEqual([expect.objectContaining({ pointer: '/query/a' })]);
  });

  test.each(['/', '/api', '/metrics', '/healthz', '/readyz', '/api/users/1/email'])(
    '%s is a 404 on the public listener',
    async (path) => {
      expect((await request(path)).status).toBe(404);
    },
  );

  test('a well-formed request id is taken over, any other is replaced', async () => {
    const taken = await request('/api/users/1', { headers: { 'X-Request-Id': 'a-1' } });
    expect(taken.headers['x-request-id']).toBe('a-1');
    const replaced = await request('/api/users/x', { headers: { 'X-Request-Id': '<b>' } });
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(replaced.body).toMatchObject({ requestId: replaced.headers['x-request-id'] });
  });
});

const get = async (path: string) => (await fetch(service.adminUrl + path)).text();

test('the admin listener tells that it is alive, ready, and what it has answered', async () => {
  await request('/api/users/1');
  expect(await get('/healthz')).toBe('{"status":"alive"}');
  expect(await get('/readyz')).toBe('{"status":"ready"}');
  expect(await get('/metrics')).toMatch(
    /http_request_duration_seconds_count\{method="GET",route="\/api\/users\/:id",status="200"\} \d+/,
  );
});
