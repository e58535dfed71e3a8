// Friends and friend requests: lists with names, in two upstream requests, and changes of friendships.
import { describe, expect, test } from '@jest/globals';
import { expectDegraded, expectProblem } from '../support/expectations.ts';
import { friendsOf, requestsOf } from '../support/fake-social.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';
import { timeOf } from '../support/fixtures.ts';
import { userOf } from 'chassis/testing/users';

const VIEWER = 7;

/** The viewer's session. The gateway has the keys, and an empty cache. */
async function arrange(options: TestbedOptions = {}) {
  const testbed = await startTestbed(options);
  const headers = bearer(testbed.identity.openSession(VIEWER));
  await testbed.request('/api/me', { headers });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const send = (
    path: string,
    method = 'GET',
    extraHeaders: Readonly<Record<string, string>> = {},
  ) => testbed.request(path, { method, headers: { ...headers, ...extraHeaders } });
  return { testbed, send };
}

const friend = (id: number) => ({ ...userOf(id), since: timeOf(id) });
const friendRequest = (id: number) => ({ ...userOf(id), requestedAt: timeOf(id) });
const withoutName = <T>(person: T) => ({ ...person, username: null });

const FRIENDS = friendsOf(VIEWER).map(friend);
const { incoming, outgoing } = requestsOf(VIEWER);

const LISTS: readonly [string, string, readonly { readonly id: number }[]][] = [
  ['/api/friends', '/api/friends?limit=20', FRIENDS],
  [
    '/api/friends/requests',
    '/api/friend-requests?direction=incoming&limit=20',
    incoming.map(friendRequest),
  ],
  [
    '/api/friends/requests?direction=incoming',
    '/api/friend-requests?direction=incoming&limit=20',
    incoming.map(friendRequest),
  ],
  [
    '/api/friends/requests?direction=outgoing&limit=50',
    '/api/friend-requests?direction=outgoing&limit=50',
    outgoing.map(friendRequest),
  ],
  ['/api/friends?limit=2&cursor=abc', '/api/friends?limit=2&cursor=abc', FRIENDS.slice(0, 2)],
];

describe.each(LISTS)('%s', (path, socialPath, people) => {
  test('lists everybody with their names, by two upstream requests', async () => {
    const { testbed, send } = await arrange();
    expect((await send(path)).body).toEqual({ items: people, nextCursor: null });
    expect(testbed.social.requests.map((request) => request.path)).toEqual([socialPath]);
    expect(testbed.identity.requests).toHaveLength(1);
  });

  test('lists everybody without names while Identity is down, marked as degraded, and is a 503 with strict handling', async () => {
    const { testbed, send } = await arrange();
    await testbed.identity.refuse();
    const response = await send(path);
    expectDegraded(response);
    expect(response.body).toEqual({
      items: people.map(withoutName),
      nextCursor: null,
      degraded: [{ part: 'author', reason: 'unavailable', ids: people.map(({ id }) => id) }],
    });
    const strict = await send(path, 'GET', { Prefer: 'handling=strict' });
    expectProblem(strict, 503, 'incomplete-answer', path.split('?')[0]!);
  });

  test('lists stale names while Identity is down', async () => {
    const { testbed, send } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await send(path);
    await testbed.identity.refuse();
    const response = await send(path);
    expectDegraded(response);
    const degraded = [{ part: 'author', reason: 'stale', ids: people.map(({ id }) => id) }];
    expect(response.body).toEqual({ items: people, nextCursor: null, degraded });
  });

  test('leaves out people who no longer exist according to Identity', async () => {
    const { send } = await arrange({ population: { authors: VIEWER } });
    const response = await send(path);
    expect(response.body).toEqual({ items: [], nextCursor: null });
    expect(response.headers['etag']).toBeDefined();
  });

  test('is a 503 while Social is down', async () => {
    const { testbed, send } = await arrange();
    await testbed.social.refuse();
    expectProblem(await send(path), 503, 'upstream-unavailable', path.split('?')[0]!);
  });
});

test('leaves out friends who no longer exist, and keeps the others in order', async () => {
  const { send } = await arrange({ population: { authors: VIEWER + 2 } });
  expect((await send('/api/friends')).body).toMatchObject({ items: FRIENDS.slice(0, 2) });
});

test.each([
  ['/api/friends/requests?direction=sideways', '/query/direction'],
  ['/api/friends/requests?direction=', '/query/direction'],
  ['/api/friends?direction=incoming', '/query/direction'],
  ['/api/friends?limit=1000', '/query/limit'],
])('%s is a 400 that points at %s', async (path, pointer) => {
  const { testbed, send } = await arrange();
  expect((await send(path)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect(testbed.social.requests).toEqual([]);
});

describe('a friend request', () => {
  test('is answered with the state of the friendship', async () => {
    const { testbed, send } = await arrange();
    const response = await send('/api/friends/9', 'PUT');
    expect([response.status, response.body]).toEqual([200, { id: 9, state: 'requested' }]);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(testbed.social.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /api/friends/9',
    ]);
  });

  test('to a user who does not exist is a 404, without a request to Social', async () => {
    const { testbed, send } = await arrange();
    expectProblem(await send('/api/friends/999', 'PUT'), 404, 'not-found', '/api/friends/999');
    expect(testbed.social.requests).toEqual([]);
  });

  test('is sent also while Identity is down and cannot tell whether the user exists', async () => {
    const { testbed, send } = await arrange();
    await testbed.identity.refuse();
    const response = await send('/api/friends/9', 'PUT');
    expect(response.status).toBe(200);
    expect(response.headers['proxy-status']).toMatch(/^identity; error=/);
  });

  test('to oneself is a 400 in Social’s words', async () => {
    const { send } = await arrange();
    const response = await send(`/api/friends/${VIEWER}`, 'PUT');
    expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
  });

  test('has an unknown outcome when Social’s response is about another user', async () => {
    const { testbed, send } = await arrange();
    testbed.social.respondWith(({ res }) =>
      res.setHeader('Content-Type', 'application/json').end('{"id":10,"state":"friends"}'),
    );
    expectProblem(await send('/api/friends/9', 'PUT'), 504, 'outcome-unknown', '/api/friends/9');
  });
});

test('ends a friendship or friend request also with a user whom Identity does not know', async () => {
  const { testbed, send } = await arrange();
  const response = await send('/api/friends/999', 'DELETE');
  expect([response.status, response.text]).toEqual([204, '']);
  expect(testbed.identity.requests).toEqual([]);
});

test.each(['PUT', 'DELETE'])(
  '%s of a friend with an invalid id is a 400, without an upstream request',
  async (method) => {
    const { testbed, send } = await arrange();
    for (const id of ['0', '-1', 'me', '9007199254740992', '9%2F8']) {
      const response = await send(`/api/friends/${id}`, method);
      expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
    }
    expect([testbed.social.requests, testbed.identity.requests]).toEqual([[], []]);
  },
);
