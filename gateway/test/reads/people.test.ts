// People by name: from Identity alone, with the protections of every read.
import { describe, expect, test } from '@jest/globals';
import type { UserPage } from 'contracts/types';
import { problem } from 'chassis/testing/stub-server';
import { until } from 'chassis/testing/until';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';

const SEARCH = '/api/users?username=user_1';
const BY_NAME = '/api/users/by-name/USER_7';

test('finds people by the beginning of their names, in any case, the exact match first', async () => {
  const { request, identity } = await startTestbed();
  const response = await request('/api/users?username=User_1&limit=3');
  expect(response.body).toEqual({
    items: [1, 10, 100].map((id) => ({ id, username: `user_${id}` })),
    nextCursor: null,
  });
  expect(response.headers).toMatchObject({ 'cache-control': 'public, no-cache', vary: 'Prefer' });
  expect(response.headers['etag']).toBeDefined();
  expect(identity.requests.map(({ path }) => path)).toEqual(['/api/users?username=User_1&limit=3']);
});

test('passes the cursor on, and answers with a 400 for one that Identity does not know', async () => {
  const { request, identity } = await startTestbed();
  await request(`${SEARCH}&cursor=abc`);
  expect(identity.requests.at(-1)?.path).toContain('cursor=abc');
  identity.respondWith(({ res }) => {
    const errors = [{ pointer: '/query/cursor', detail: 'expected a cursor from an earlier page' }];
    const { status, body, headers } = problem('invalid-request', 'No.', { errors });
    res.writeHead(status, headers).end(JSON.stringify(body));
  });
  const response = await request(`${SEARCH}&cursor=abc`);
  expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/query/cursor' }] });
});

test('finds the user of a name in any case; 404 when there is none', async () => {
  const { request } = await startTestbed();
  expect((await request(BY_NAME)).body).toEqual({ id: 7, username: 'user_7' });
  const path = '/api/users/by-name/nobody_here';
  expectProblem(await request(path), 404, 'not-found', path);
});

test.each([
  ['/api/users', '/query/username'],
  ['/api/users?username=ab', '/query/username'],
  ['/api/users?username=a%20b', '/query/username'],
  ['/api/users?username=%E2%98%80%E2%98%80%E2%98%80', '/query/username'],
  [`/api/users?username=${'a'.repeat(31)}`, '/query/username'],
  ['/api/users?username=cat&limit=101', '/query/limit'],
  ['/api/users?username=cat&ids=1', '/query/ids'],
  ['/api/users/by-name/a', '/path/username'],
  ['/api/users/by-name/a%2Fb%2Fc', '/path/username'],
])('%s is a 400 that points at %s, without an upstream request', async (path, pointer) => {
  const { request, identity } = await startTestbed();
  expect((await request(path)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect(identity.requests).toEqual([]);
});

describe.each([
  [SEARCH, '/api/users'],
  [BY_NAME, BY_NAME],
])('%s', (path, instance) => {
  test('is a 503 that names Identity while Identity is down', async () => {
    const { request, identity } = await startTestbed();
    await identity.refuse();
    const response = await request(path);
    expectProblem(response, 503, 'upstream-unavailable', instance);
    expect((response.body as { detail: string }).detail).toMatch(/identity/);
    expect(response.headers['proxy-status']).toBe('identity; error=connection_refused');
  });

  test('is sent once for equal requests at the same time', async () => {
    const { request, identity, metric } = await startTestbed();
    const release = identity.hold(/username=|by-name/);
    const both = [request(path), request(path)];
    await until('both requests wait', async () => (await metric('http_requests_in_flight')) === 2);
    await until('Identity has the request', () => identity.count(/username=|by-name/) > 0);
    release();
    const [first, second] = await Promise.all(both);
    expect([first?.status, second?.body]).toEqual([200, first?.body]);
    expect(identity.count(/username=|by-name/)).toBe(1);
  });

  test('has nothing but ids and names, whatever Identity sends', async () => {
    const { request, identity } = await startTestbed();
    identity.respondWith(({ res, body }) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.end(body.replaceAll(/"username":/g, '"email":"cat@secret.example","username":'));
    });
    const response = await request(path);
    expect(response.status).toBe(200);
    expect(response.text).not.toContain('email');
  });

  test('is a 502 when the answer breaks the contract', async () => {
    const { request, identity } = await startTestbed();
    identity.respondWith(({ res }) => res.end('{"items":[{"id":7}],"nextCursor":null}'));
    expectProblem(await request(path), 502, 'upstream-invalid', instance);
  });
});

test('shows a new name at once to the user who took it', async () => {
  const { request, identity } = await startTestbed();
  const headers = bearer(identity.openSession(7));
  await request('/api/users/by-name/user_7');
  await request('/api/me', { method: 'PATCH', headers, json: { username: 'cat_moon_dog' } });
  const { body } = await request('/api/users?username=cat');
  expect((body as UserPage).items).toEqual([{ id: 7, username: 'cat_moon_dog' }]);
  expect((await request('/api/users/by-name/user_7')).status).toBe(404);
});
