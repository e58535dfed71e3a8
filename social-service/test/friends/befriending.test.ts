// Friends, requests and the feed over HTTP.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { startTestSocial, type TestSocial } from '../support/service.ts';

let database: TestDatabase;
let social: TestSocial;
beforeAll(async () => {
  database = await embeddedDatabase();
  social = await startTestSocial(database, { DEMO_DATA: 'true' }, ({ users }) => {
    // A request to a user whom Identity does not know is taken back.
    for (let id = 1; id < 1000; id += 1) users.set(id, `user_${id}`);
  });
});
afterAll(async () => {
  await social.stop();
  await database.remove();
});

interface List {
  readonly items: readonly { readonly id: number }[];
  readonly nextCursor: string | null;
}
const idsOf = ({ body }: { body: unknown }) => (body as List).items.map(({ id }) => id);
const cursorOf = ({ body }: { body: unknown }) => (body as List).nextCursor;
const pointersOf = ({ body }: { body: unknown }) =>
  (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer);

const put = (me: number, other: number | string) =>
  social.requestAs(me, `/api/friends/${other}`, { method: 'PUT' });
const remove = (me: number, other: number | string) =>
  social.requestAs(me, `/api/friends/${other}`, { method: 'DELETE' });
const friendsOf = async (me: number) => idsOf(await social.requestAs(me, '/api/friends'));
const incomingOf = async (me: number) => idsOf(await social.requestAs(me, '/api/friend-requests'));
const outgoingOf = async (me: number) =>
  idsOf(await social.requestAs(me, '/api/friend-requests?direction=outgoing'));

const stateOf = async (me: number, other: number) => {
  const { body } = await social.requestAs(me, `/api/friends/${other}`);
  return (body as { state: string }).state;
};
const statesOf = async (a: number, b: number) => [await stateOf(a, b), await stateOf(b, a)];

describe('GET /api/friends/{id}', () => {
  test('tells each side what the two are to each other, from nothing to friends and back', async () => {
    expect(await statesOf(150, 151)).toEqual(['none', 'none']);
    await put(150, 151);
    expect(await statesOf(150, 151)).toEqual(['requested', 'incoming']);
    await put(151, 150);
    expect(await statesOf(150, 151)).toEqual(['friends', 'friends']);
    await remove(150, 151);
    expect(await statesOf(150, 151)).toEqual(['none', 'none']);
  });

  test('is a 400 for oneself', async () => {
    expect((await social.requestAs(150, '/api/friends/150')).status).toBe(400);
  });
});

describe('PUT and DELETE /api/friends/{id}', () => {
  test('one user requests, the other accepts, and either ends it; repeating a request changes nothing', async () => {
    for (let again = 0; again < 2; again += 1) {
      const answer = await put(100, 101);
      expect([answer.status, answer.body]).toEqual([200, { id: 101, state: 'requested' }]);
    }
    expect([await outgoingOf(100), await incomingOf(101)]).toEqual([[101], [100]]);
    expect([await outgoingOf(101), await incomingOf(100)]).toEqual([[], []]);
    expect([await friendsOf(100), await friendsOf(101)]).toEqual([[], []]);

    for (let again = 0; again < 2; again += 1)
      expect((await put(101, 100)).body).toEqual({ id: 100, state: 'friends' });
    expect((await put(100, 101)).body).toEqual({ id: 101, state: 'friends' });
    expect([await friendsOf(100), await friendsOf(101)]).toEqual([[101], [100]]);
    expect([await outgoingOf(100), await incomingOf(101)]).toEqual([[], []]);

    for (let again = 0; again < 2; again += 1) {
      const answer = await remove(100, 101);
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    expect([await friendsOf(100), await friendsOf(101)]).toEqual([[], []]);
  });

  test('the other user can reject a request, and the requester can withdraw it', async () => {
    await put(102, 103);
    expect((await remove(103, 102)).status).toBe(204);
    expect([await outgoingOf(102), await incomingOf(103)]).toEqual([[], []]);
    await put(102, 103);
    expect((await remove(102, 103)).status).toBe(204);
    expect([await outgoingOf(102), await incomingOf(103)]).toEqual([[], []]);
  });

  test('is a 400 for the viewer’s own id', async () => {
    for (const answer of [await put(104, 104), await remove(104, 104)]) {
      expect(answer.status).toBe(400);
      expect(pointersOf(answer)).toEqual(['/path/id']);
    }
  });

  test.each(['0', '-1', 'me', '9007199254740992'])('is a 400 for the id %s', async (id) => {
    expect(pointersOf(await put(104, id))).toEqual(['/path/id']);
    expect(pointersOf(await remove(104, id))).toEqual(['/path/id']);
  });

  test('accepts the largest ids', async () => {
    const [a, b] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1];
    await put(a, b);
    expect((await put(b, a)).body).toEqual({ id: a, state: 'friends' });
    expect(await friendsOf(b)).toEqual([a]);
  });
});

describe('GET /api/friends and /api/friend-requests', () => {
  test('return when the friendship or the request began', async () => {
    const friends = await social.requestAs(1, '/api/friends');
    expect(friends.body).toEqual({
      items: [
        { id: 2, since: '2025-11-04T09:20:00.000Z' },
        { id: 3, since: '2025-11-13T07:45:00.000Z' },
        { id: 5, since: '2025-12-05T18:30:00.000Z' },
      ],
      nextCursor: null,
    });
    const requests = await social.requestAs(1, '/api/friend-requests?direction=incoming');
    expect(requests.body).toEqual({
      items: [{ id: 6, requestedAt: '2026-01-16T20:00:00.000Z' }],
      nextCursor: null,
    });
  });

  test('return all pages by their cursors', async () => {
    const first = await social.requestAs(1, '/api/friends?limit=2');
    expect(idsOf(first)).toEqual([2, 3]);
    const second = await social.requestAs(1, `/api/friends?limit=2&cursor=${cursorOf(first)}`);
    expect([idsOf(second), cursorOf(second)]).toEqual([[5], null]);
  });

  test.each([
    ['/api/friends?limit=0', '/query/limit'],
    ['/api/friends?limit=101', '/query/limit'],
    ['/api/friends?cursor=abc', '/query/cursor'],
    ['/api/friends?direction=outgoing', '/query/direction'],
    ['/api/friend-requests?direction=both', '/query/direction'],
    ['/api/friend-requests?limit=1e1', '/query/limit'],
  ])('answer %s with a 400 that points at %s', async (path, pointer) => {
    expect(pointersOf(await social.requestAs(1, path))).toEqual([pointer]);
  });
});

describe('GET /api/feed', () => {
  test('returns the viewer’s own and friends’ posts, newest first, in pages', async () => {
    // User 3 has the friend 1, and has sent a request to 4, who has not answered.
    const all = await social.requestAs(3, '/api/feed');
    expect([idsOf(all), cursorOf(all)]).toEqual([[12, 9, 8, 5, 2, 1], null]);
    const first = await social.requestAs(3, '/api/feed?limit=4');
    expect(idsOf(first)).toEqual([12, 9, 8, 5]);
    const second = await social.requestAs(3, `/api/feed?limit=4&cursor=${cursorOf(first)}`);
    expect([idsOf(second), cursorOf(second)]).toEqual([[2, 1], null]);
  });

  test('is empty for a user without friends and posts', async () => {
    expect((await social.requestAs(900, '/api/feed')).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  test.each([
    ['limit=0', '/query/limit'],
    ['limit=101', '/query/limit'],
    ['cursor=', '/query/cursor'],
    ['cursor=eyJpIjowfQ', '/query/cursor'],
    ['userId=1', '/query/userId'],
  ])('answers ?%s with a 400 that points at %s', async (query, pointer) => {
    expect(pointersOf(await social.requestAs(1, `/api/feed?${query}`))).toEqual([pointer]);
  });
});

test.each(['/api/feed', '/api/friends', '/api/friend-requests'])(
  '%s is private, can be revalidated, supports HEAD, and lists its methods in Allow',
  async (path) => {
    const get = await social.requestAs(1, path);
    expect(get.headers['cache-control']).toBe('private, no-cache');
    const headers = { 'If-None-Match': get.headers['etag']! };
    expect((await social.requestAs(1, path, { headers })).status).toBe(304);
    expect((await social.requestAs(2, path, { headers })).status).toBe(200);
    expect((await social.requestAs(1, path, { method: 'HEAD' })).status).toBe(200);
    const post = await social.requestAs(1, path, { method: 'POST' });
    expect([post.status, post.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
  },
);
