// What the viewer and the user of a profile are to each other: an optional part of a public answer.
import { describe, expect, test } from '@jest/globals';
import type { Profile } from 'contracts/types';
import { MARGIN_MS } from '../support/expectations.ts';
import { friendsOf, requestsOf } from '../support/fake-social.ts';
import { only, silent, status } from '../support/faulty-responders.ts';
import { bearer, cookies, justExpired } from '../support/session.ts';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';

const VIEWER = 7;
const [FRIEND] = friendsOf(VIEWER);
const { incoming, outgoing } = requestsOf(VIEWER);
const FRIENDSHIP = /^\/api\/friends\//;

async function arrange(options: TestbedOptions = {}) {
  const testbed = await startTestbed(options);
  const session = testbed.identity.openSession(VIEWER);
  const profile = (
    id: number | undefined,
    headers: Readonly<Record<string, string>> = bearer(session),
  ) => testbed.request(`/api/users/${id}/profile`, { headers });
  return { ...testbed, session, profile };
}
const friendshipIn = ({ body }: { body: unknown }) => (body as Profile).friendship;

test.each([
  ['friends', FRIEND],
  ['incoming', incoming[0]],
  ['requested', outgoing[0]],
  ['none', 50],
])('is %s in the profile of user %d', async (state, id) => {
  const { profile } = await arrange();
  const response = await profile(id);
  expect(friendshipIn(response)).toBe(state);
  expect(response.headers).toMatchObject({
    'cache-control': 'private, no-cache',
    vary: expect.stringContaining('Prefer, Authorization, Cookie'),
  });
});

test('is there for a browser’s session, too', async () => {
  const { profile, session } = await arrange();
  expect(friendshipIn(await profile(FRIEND, cookies(session)))).toBe('friends');
});

test('is not in the viewer’s own profile', async () => {
  const { profile, social } = await arrange();
  expect((await profile(VIEWER)).body).not.toHaveProperty('friendship');
  expect(social.count(FRIENDSHIP)).toBe(0);
});

describe('without a valid session', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['no session', {}, 'public, no-cache'],
    ['an invalid token', { Authorization: 'Bearer nonsense' }, 'private, no-cache'],
    ['an unknown refresh cookie', cookies({ refreshToken: 'unknown' }), 'private, no-cache'],
  ])('%s: the profile is there all the same', async (_, headers, cacheControl) => {
    const { profile, social } = await arrange();
    const response = await profile(FRIEND, headers);
    expect(response.status).toBe(200);
    expect(response.body).not.toHaveProperty('friendship');
    expect(response.headers).toMatchObject({
      'cache-control': cacheControl,
      vary: expect.stringContaining('Prefer, Authorization, Cookie'),
    });
    expect(social.count(FRIENDSHIP)).toBe(0);
  });
});

test('is null, and the profile degraded, while Social cannot tell', async () => {
  const { profile, social } = await arrange();
  social.respondWith(only(FRIENDSHIP, status(500)));
  const response = await profile(FRIEND);
  expect(response.body).toMatchObject({
    user: { id: FRIEND },
    friendship: null,
    degraded: [{ part: 'friendship', reason: 'unavailable' }],
  });
  expect(response.headers['cache-control']).toBe('no-store');
});

test('delays the profile by no more than its own budget', async () => {
  const { profile, social } = await arrange({ env: { AUTHOR_DEADLINE_MS: '300' } });
  social.respondWith(only(FRIENDSHIP, silent));
  const response = await profile(FRIEND);
  expect([response.status, friendshipIn(response)]).toEqual([200, null]);
  expect(response.ms).toBeLessThan(300 + MARGIN_MS);
});

test('is null while a browser’s session cannot be refreshed, which ends no session', async () => {
  const { profile, identity } = await arrange({ env: { REQUEST_DEADLINE_MS: '1200' } });
  const expired = identity.openSession(VIEWER, { exp: justExpired() });
  identity.respondWith(only(/refresh/, silent));
  const response = await profile(FRIEND, cookies(expired));
  expect(response.body).toMatchObject({
    friendship: null,
    degraded: [{ part: 'friendship', reason: 'unavailable' }],
  });
  expect(response.headers['set-cookie']).toBeUndefined();
  expect(response.ms).toBeLessThan(1200 / 3 + MARGIN_MS);
});
