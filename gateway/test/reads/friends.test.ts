// Friends, and requests to be one: with their names, in two requests upstream; and the changes between two people.
import { describe, expect, test } from '@jest/globals';
import { expectDegraded, expectProblem } from '../support/expectations.ts';
import { friendsOf, requestsOf } from '../support/network.ts';
import { bearer } from '../support/session.ts';
import { stage, type Casting } from '../support/stage.ts';
import { timeOf, userOf } from '../support/world.ts';

const VIEWER = 7;

/** The keys are known, and nothing else. */
async function arrange(casting: Casting = {}) {
  const it = await stage(casting);
  const headers = bearer(it.identity.begin(VIEWER));
  await it.get('/api/me', { headers });
  it.identity.forget();
  it.social.forget();
  const ask = (path: string, method = 'GET', more: Readonly<Record<string, string>> = {}) =>
    it.get(path, { method, headers: { ...headers, ...more } });
  return { it, ask };
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
    const { it, ask } = await arrange();
    expect((await ask(path)).body).toEqual({ items: people, nextCursor: null });
    expect(it.social.seen.map((each) => each.path)).toEqual([asked]);
    expect(it.identity.seen).toHaveLength(1);
  });

  test('without Identity is everybody without their names, and says so', async () => {
    const { it, ask } = await arrange();
    await it.identity.refuse();
    const heard = await ask(path);
    expectDegraded(heard);
    expect(heard.body).toEqual({ items: people.map(nameless), nextCursor: null });
    const strict = await ask(path, 'GET', { Prefer: 'handling=strict' });
    expectProblem(strict, 503, 'incomplete-answer', path.split('?')[0]!);
  });

  test('names that are no longer fresh stand in', async () => {
    const { it, ask } = await arrange({ env: { AUTHOR_TTL_MS: '1' } });
    await ask(path);
    await it.identity.refuse();
    const heard = await ask(path);
    expectDegraded(heard);
    expect(heard.body).toEqual({ items: people, nextCursor: null });
  });

  test('leaves out who has left, as Identity says', async () => {
    const { ask } = await arrange({ population: { authors: VIEWER } });
    const heard = await ask(path);
    expect(heard.body).toEqual({ items: [], nextCursor: null });
    expect(heard.headers['etag']).toBeDefined();
  });

  test('without Social is not to be had', async () => {
    const { it, ask } = await arrange();
    await it.social.refuse();
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
  const { it, ask } = await arrange();
  expect((await ask(path)).body).toMatchObject({ status: 400, errors: [{ pointer }] });
  expect(it.social.seen).toEqual([]);
});

describe('asking somebody to be friends', () => {
  test('tells how things stand', async () => {
    const { it, ask } = await arrange();
    const heard = await ask('/api/friends/9', 'PUT');
    expect([heard.status, heard.body]).toEqual([200, { id: 9, state: 'requested' }]);
    expect(heard.headers['cache-control']).toBe('no-store');
    expect(it.social.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /api/friends/9',
    ]);
  });

  test('who does not exist is a 404, and Social hears nothing of it', async () => {
    const { it, ask } = await arrange();
    expectProblem(await ask('/api/friends/999', 'PUT'), 404, 'not-found', '/api/friends/999');
    expect(it.social.seen).toEqual([]);
  });

  test('works while Identity cannot tell who exists', async () => {
    const { it, ask } = await arrange();
    await it.identity.refuse();
    const heard = await ask('/api/friends/9', 'PUT');
    expect(heard.status).toBe(200);
    expect(heard.headers['proxy-status']).toMatch(/^identity; error=/);
  });

  test('oneself is a 400 in Social’s words', async () => {
    const { ask } = await arrange();
    const heard = await ask(`/api/friends/${VIEWER}`, 'PUT');
    expect(heard.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
  });

  test('an answer about somebody else says nothing: it is not known whether it was done', async () => {
    const { it, ask } = await arrange();
    it.social.behave(({ res }) =>
      res.setHeader('Content-Type', 'application/json').end('{"id":10,"state":"friends"}'),
    );
    expectProblem(await ask('/api/friends/9', 'PUT'), 504, 'outcome-unknown', '/api/friends/9');
  });
});

test('a friendship, or a request, ends also with somebody whom Identity does not know', async () => {
  const { it, ask } = await arrange();
  const heard = await ask('/api/friends/999', 'DELETE');
  expect([heard.status, heard.text]).toEqual([204, '']);
  expect(it.identity.seen).toEqual([]);
});

test.each(['PUT', 'DELETE'])('%s of what is no id is a 400, and asks nobody', async (method) => {
  const { it, ask } = await arrange();
  for (const id of ['0', '-1', 'me', '9007199254740992', '9%2F8']) {
    const heard = await ask(`/api/friends/${id}`, method);
    expect(heard.body).toMatchObject({ status: 400, errors: [{ pointer: '/path/id' }] });
  }
  expect([it.social.seen, it.identity.seen]).toEqual([[], []]);
});
