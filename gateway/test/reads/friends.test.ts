// Friends, and requests to be one: with their names, in two requests upstream; and the changes between two people.
import { describe, expect, test } from '@jest/globals';
import { expectDegraded, expectProblem } from '../support/expectations.ts';
import { friendsOf, requestsOf } from '../support/fake-social.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';
import { timeOf } from '../support/fixtures.ts';
import { userOf } from 'chassis/testing/users';

const VIEWER = 7;

/** The keys are known, and nothing else. */
async function arrange(casting: TestbedOptions = {}) {
  const testbed = await startTestbed(casting);
  const headers = bearer(testbed.identity.openSession(VIEWER));
  await testbed.request('/api/me', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const ask = (path: string, method = 'GET', more: Readonly<Record<string, string>> = {}) =>
    testbed.request(path, { method, headers: { ...headers, ...more } });
  return { testbed, ask };
}

const friend = (id: number) => ({ ...userOf(id), since: timeOf(id) });
const request = (id: number) => ({ ...userOf(id), requestedAt: timeOf(id) });
const nameless = <T>(person: T) => ({ ...person, username: null });

const FRIENDS = friendsOf(VIEWER).map(friend);
const { incoming, outgoing } = requestsOf(VIEWER);

const LISTS: readonly [string, string, readonly object[]][] = [
  ['/api/friends', '/api/friends?limit=20', FRIENDS],
  [
    '/api/friends/requests',
    '/api/friend-requests?direction=incoming&limit=20',
    incoming.map(request),
  ],
  [
    '/api/friends/requests?direction=incoming',
    '/api/friend-requests?direction=incoming&limit=20',
    incoming.map(request),
  ],
  [
    '/api/friends/requests?direction=outgoing&limit=50',
    '/api/friend-requests?direction=outgoing&limit=50',
    outgoing.map(request),
  ],
  ['/api/friends?limit=2&cursor=abc', '/api/friends?limit=2&cursor=abc', FRIENDS.slice(0, 2)],
];

describe.each(LISTS)('%s', (path, asked, people) => {
  test('is everybody with their names, in two requests upstream', async () => {
    const { testbed, ask } = await arrange();
    expect((await ask(path)).body).toEqual({ items: people, nextCursor: null });
    expect(testbed.social.requests.map((each) => each.path)).toEqual([asked]);
    expect(testbed.identity.requests).toHaveLength(1);
  });

  test('without Identity is everybody without their names, and says so', async () => {
    const { testbed, ask } = await arrange();
    await testbed.identity.refuse();
    const response = await ask(path);
    expectDegraded(response);
    expect(response.body).toEqual({ items: people.map(nameless), nextCursor: null });
    const strict = await ask(path, 'GET', { Prefer: 'handling=strict' });
    expectProblem(strict, 503, 'incomplete-answer', path.split('?')[0]!);
  });

  test('names that are no longer fresh stand in', async () => {
    const { testbed, ask } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await ask(path);
    await testbed.identity.refuse();
    const response = await ask(path);
    expectDegraded(response);
    expect(response.body).toEqual({ items: people, nextCursor: null });
  });

  test('leaves out who has left, as Identity says', async () => {
    const { ask } = await arrange({ population: { authors: VIEWER } });
    const response = await ask(path);
    expect(response.body).toEqual({ items: [], nextCursor: null });
    expect(response.headers['etag']).toBeDefined();
  });

  test('without Social is not to be had', async () => {
    const { testbed, ask } = await arrange();
    await testbed.social.refuse();
    expectProblem(await ask(path), 503, 'upstream-unavailable', path.split('?')[0]!);
  });
});

test('one of several who has left is left out, and the others stay in order', async () => {
  const { ask } = await arrange({ population: { authors: VIEWER + 2 } });
  expect((await ask('/api/friends')).body).toMatchObject({ items: FRIENDS.slice(0, 2) });
});

test.each([
  ['/api/friends/requests?direction=sideways', '/query/direction'],
  ['/api/friends/requests?direction=', '/query/direction'],
  ['/api/friends?direction=incoming', '/query/direction'],
  ['/api/friends?limit=1000', '/query/limit'],
])('%s is a 400 that points at %s', async (path, pointer) => {
  const { testbed, ask } = await arrange();
  expect((await ask(path)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect(testbed.social.requests).toEqual([]);
});

describe('asking somebody to be friends', () => {
  test('tells how things stand', async () => {
    const { testbed, ask } = await arrange();
    const response = await ask('/api/friends/9', 'PUT');
    expect([response.status, response.body]).toEqual([200, { id: 9, state: 'requested' }]);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(testbed.social.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /api/friends/9',
    ]);
  });

  test('who does not exist is a 404, and Social hears nothing of it', async () => {
    const { testbed, ask } = await arrange();
    expectProblem(await ask('/api/friends/999', 'PUT'), 404, 'not-found', '/api/friends/999');
    expect(testbed.social.requests).toEqual([]);
  });

  test('works while Identity cannot tell who exists', async () => {
    const { testbed, ask } = await arrange();
    await testbed.identity.refuse();
    const response = await ask('/api/friends/9', 'PUT');
    expect(response.status).toBe(200);
    expect(response.headers['proxy-status']).toMatch(/^identity; error=/);
  });

  test('oneself is a 400 in Social’s words', async () => {
    const { ask } = await arrange();
    const response = await ask(`/api/friends/${VIEWER}`, 'PUT');
    expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
  });

  test('an answer about somebody else says nothing: it is not known whether it was done', async () => {
    const { testbed, ask } = await arrange();
    testbed.social.respondWith(({ res }) =>
      res.setHeader('Content-Type', 'application/json').end('{"id":10,"state":"friends"}'),
    );
    expectProblem(await ask('/api/friends/9', 'PUT'), 504, 'outcome-unknown', '/api/friends/9');
  });
});

test('a friendship, or a request, ends also with somebody whom Identity does not know', async () => {
  const { testbed, ask } = await arrange();
  const response = await ask('/api/friends/999', 'DELETE');
  expect([response.status, response.text]).toEqual([204, '']);
  expect(testbed.identity.requests).toEqual([]);
});

test.each(['PUT', 'DELETE'])('%s of what is no id is a 400, and asks nobody', async (method) => {
  const { testbed, ask } = await arrange();
  for (const id of ['0', '-1', 'me', '9007199254740992', '9%2F8']) {
    const response = await ask(`/api/friends/${id}`, method);
    expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
  }
  expect([testbed.social.requests, testbed.identity.requests]).toEqual([[], []]);
});
