// The complete service over real sockets: every route, its limits, and what HTTP requires of every route.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Running } from 'chassis/process/process';
import { conformance } from 'contracts/conformance/conformance';
import { loadDocument } from 'contracts/document';
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
  test('returns id and username, and nothing else', async () => {
    const { status, body } = await request('/api/users/1');
    expect(status).toBe(200);
    expect(body).toEqual({ id: 1, username: 'cat_sun_dog' });
  });

  test('answers with a 404 problem for a user who does not exist', async () => {
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
  ])('rejects the id %s with a 400 that points at the id', async (id) => {
    const response = await request(`/api/users/${id}`);
    expect(response.status).toBe(400);
    expect(faultsOf(response)).toEqual([expect.objectContaining({ pointer: '/path/id' })]);
  });

  test('rejects a query parameter with a 400 that points at the parameter', async () => {
    const response = await request('/api/users/1?fields=email');
    expect(response.status).toBe(400);
    expect(faultsOf(response)).toEqual([expect.objectContaining({ pointer: '/query/fields' })]);
  });
});

describe('GET /api/users?username=', () => {
  test('returns pages that lead to every user whose name begins so', async () => {
    const { body } = await request('/api/users?username=NIGHT&limit=1');
    expect(body).toEqual({
      items: [expect.objectContaining({ username: 'night_owl' })],
      nextCursor: null,
    });
    expect((await request('/api/users?username=nobody')).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  test.each([
    ['?username=ni', '/query/username'],
    ['?username=night%25', '/query/username'],
    ['?username=night&ids=1', '/query/ids'],
    ['?ids=1&limit=5', '/query/limit'],
    ['?username=night&limit=0', '/query/limit'],
    ['?username=night&cursor=bmln', '/query/cursor'],
    ['?username=night&cursor=Y2F0X3N1bl9kb2c', '/query/cursor'],
    ['?username=night&cursor=TklHSFRfT1dM', '/query/cursor'],
  ])('rejects %s with a 400 that points at %s', async (query, pointer) => {
    const response = await request(`/api/users${query}`);
    expect(response.status).toBe(400);
    expect(faultsOf(response)).toMatchObject([{ pointer }]);
  });
});

describe('GET /api/users/by-name/{username}', () => {
  test('returns the user whatever the case, and a 404 when there is none', async () => {
    expect((await request('/api/users/by-name/Cat_SUN_dog')).body).toEqual({
      id: 1,
      username: 'cat_sun_dog',
    });
    expect((await request('/api/users/by-name/cat_sun')).status).toBe(404);
    expect((await request('/api/users/by-name/a%20b')).status).toBe(400);
  });
});

describe('GET /api/users?ids=', () => {
  test('returns users in the order of the ids, each once, without users who do not exist', async () => {
    const { status, body } = await request('/api/users?ids=3,777,1,3');
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        { id: 3, username: 'night_owl' },
        { id: 1, username: 'cat_sun_dog' },
      ],
    });
  });

  test('accepts 100 ids, and rejects 101 ids with a 400', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => index + 1);
    expect((await request(`/api/users?ids=${ids.slice(1).join(',')}`)).status).toBe(200);
    const response = await request(`/api/users?ids=${ids.join(',')}`);
    expect(response.status).toBe(400);
    expect(faultsOf(response)).toEqual([expect.objectContaining({ pointer: '/query/ids' })]);
  });

  test.each(['/api/users', '/api/users?ids=', '/api/users?ids=1,', '/api/users?ids=1,x'])(
    'rejects %s with a 400 that points at ids',
    async (path) => {
      const response = await request(path);
      expect(response.status).toBe(400);
      expect(faultsOf(response)).toEqual([expect.objectContaining({ pointer: '/query/ids' })]);
    },
  );

  test.each(['/api/users?ids=1&ids=2', '/api/users?ids=1&name=cat_sun_dog'])(
    'rejects %s with a 400, as a parameter is repeated or unknown',
    async (path) => {
      expect((await request(path)).status).toBe(400);
    },
  );
});

describe('every route', () => {
  test('answers with a 304 to the current ETag, and with a 200 to the ETag of another user', async () => {
    const { headers } = await request('/api/users/1');
    const revalidated = await request('/api/users/1', {
      headers: { 'If-None-Match': headers['etag']! },
    });
    expect(revalidated.status).toBe(304);
    expect(revalidated.headers['etag']).toBe(headers['etag']);
    const other = await request('/api/users/2', { headers: { 'If-None-Match': headers['etag']! } });
    expect(other.status).toBe(200);
  });

  test('answers HEAD with the headers of GET and no body', async () => {
    const get = await request('/api/users?ids=1');
    const head = await request('/api/users?ids=1', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers['etag']).toBe(get.headers['etag']);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'answers %s with a 405 and Allow',
    async (method) => {
      const response = await request('/api/users/1', { method });
      expect(response.status).toBe(405);
      expect(response.headers['allow']).toBe('GET, HEAD, OPTIONS');
    },
  );

  test.each([
    ['/api/users', 'GET, HEAD, POST, OPTIONS'],
    ['/api/users/1', 'GET, HEAD, OPTIONS'],
    ['/api/sessions', 'POST, OPTIONS'],
    ['/api/sessions/refresh', 'POST, OPTIONS'],
    ['/api/sessions/current', 'DELETE, OPTIONS'],
    ['/api/me', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['/.well-known/jwks.json', 'GET, HEAD, OPTIONS'],
  ])(
    'answers OPTIONS of %s with a 204 and Allow, and PUT with a 405 and the same Allow',
    async (path, allow) => {
      const response = await request(path, { method: 'OPTIONS' });
      expect([response.status, response.headers['allow']]).toEqual([204, allow]);
      const rejected = await request(path, { method: 'PUT' });
      expect([rejected.status, rejected.headers['allow']]).toEqual([405, allow]);
    },
  );

  test.each([
    ['POST', '/api/users'],
    ['POST', '/api/sessions'],
    ['POST', '/api/sessions/refresh'],
    ['DELETE', '/api/sessions/current'],
    ['GET', '/api/me'],
    ['PATCH', '/api/me'],
    ['DELETE', '/api/me'],
    ['GET', '/.well-known/jwks.json'],
  ] as const)(
    'rejects a query parameter of %s %s with a 400 that points at the parameter',
    async (method, path) => {
      const response = await request(`${path}?a=b`, {
        method,
        ...(method !== 'GET' && { json: {} }),
      });
      expect(response.status).toBe(400);
      expect(faultsOf(response)).toEqual([expect.objectContaining({ pointer: '/query/a' })]);
    },
  );

  test.each(['/', '/api', '/metrics', '/healthz', '/readyz', '/api/users/1/email'])(
    'answers %s with a 404 on the public port',
    async (path) => {
      expect((await request(path)).status).toBe(404);
    },
  );

  test('keeps a well-formed request id, and replaces any other', async () => {
    const kept = await request('/api/users/1', { headers: { 'X-Request-Id': 'a-1' } });
    expect(kept.headers['x-request-id']).toBe('a-1');
    const replaced = await request('/api/users/x', { headers: { 'X-Request-Id': '<b>' } });
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(replaced.body).toMatchObject({ requestId: replaced.headers['x-request-id'] });
  });
});

const getAdmin = async (path: string) => (await fetch(service.adminUrl + path)).text();

test('the admin port reports that the service is alive and ready, and measures its answers', async () => {
  await request('/api/users/1');
  expect(await getAdmin('/healthz')).toBe('{"status":"alive"}');
  expect(await getAdmin('/readyz')).toBe(
    JSON.stringify({ status: 'ready', version: loadDocument('identity').info.version }),
  );
  expect(await getAdmin('/metrics')).toMatch(
    /http_request_duration_seconds_count\{method="GET",route="\/api\/users\/:id",status="200"\} \d+/,
  );
});
