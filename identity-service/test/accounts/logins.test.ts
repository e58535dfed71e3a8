// Login, refresh and logout over real sockets, and what survives a restart.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { PASSWORD } from 'chassis/testing/users';
import { type Identity, sessionOf, withBearer, startIdentity } from '../support/service.ts';

let database: TestDatabase;
let identity: Identity;
beforeAll(async () => {
  database = await embeddedDatabase();
  identity = await startIdentity(database);
});
afterAll(async () => {
  await identity.stop();
  await database.remove();
});

const me = (headers: Record<string, string>) => identity.request('/api/me', { headers });
const logOut = (headers: Record<string, string>) =>
  identity.request('/api/sessions/current', { method: 'DELETE', headers });
/** Returns the number of logins with an outcome. */
const loginCount = async (outcome: string): Promise<number> => {
  const metrics = await (await fetch(`${identity.adminUrl}/metrics`)).text();
  const line = new RegExp(`^identity_logins_total{outcome="${outcome}"} (\\d+)$`, 'm');
  return Number(line.exec(metrics)?.[1]);
};

describe('POST /api/sessions', () => {
  test.each(['cat_sun_dog', 'CAT_SUN_DOG', 'cat_sun_dog@example.com', 'CAT_sun_dog@Example.com'])(
    'logs in %s',
    async (name) => {
      const response = await identity.logIn(name, 'sunny-side-up-2026');
      expect(response.status).toBe(201);
      expect(response.body).toEqual({
        user: { id: 1, username: 'cat_sun_dog' },
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
        expiresIn: 300,
      });
      expect(response.headers['cache-control']).toBe('no-store');
      expect(response.headers['ratelimit']).toMatch(/"account";r=10;/);
    },
  );

  test('accepts the password in every Unicode composition', async () => {
    const body = { username: 'umlaut', email: 'u@example.org', password: 'Mädchen ﬁt 1' };
    expect((await identity.request('/api/users', { method: 'POST', json: body })).status).toBe(201);
    expect((await identity.logIn('umlaut', 'Ma\u0308dchen fit 1')).status).toBe(201);
  });

  test('answers an unknown user and a wrong password with the same words and headers', async () => {
    const unknown = await identity.logIn('nobody_at_all');
    const wrong = await identity.logIn('cat_sun_dog', 'not the password');
    for (const { status, body, headers } of [unknown, wrong]) {
      expect(status).toBe(401);
      expect(body).toMatchObject({
        type: 'urn:social-network:problem:unauthenticated',
        detail: 'The username or the password is wrong',
      });
      expect(headers['www-authenticate']).toBe('Bearer');
      expect(headers['ratelimit']).toMatch(/"account";r=9;/);
      expect(headers['ratelimit-policy']).toBe('"address";q=100000;w=900, "account";q=10;w=900');
    }
    expect(Object.keys(unknown.headers).toSorted()).toEqual(Object.keys(wrong.headers).toSorted());
  });

  test.each([
    ['a body without a password', { username: 'cat_sun_dog' }],
    ['an unknown field', { username: 'cat_sun_dog', password: 'x', stayLoggedIn: true }],
    ['a name with U+0000', { username: 'cat\0', password: 'x' }],
    ['a name that is no text', { username: { $ne: '' }, password: 'x' }],
  ])('rejects %s with a 400', async (_, body) => {
    expect((await identity.request('/api/sessions', { method: 'POST', json: body })).status).toBe(
      400,
    );
  });

  test('answers with a 429 after ten wrong passwords, also to the right one; other users can still log in', async () => {
    await identity.register('guessed');
    for (let remaining = 9; remaining >= 0; remaining -= 1) {
      const { status, headers } = await identity.logIn('guessed', 'not the password');
      expect([status, headers['ratelimit']]).toEqual([
        401,
        expect.stringContaining(`"account";r=${remaining};`),
      ]);
    }
    const limited = await identity.logIn('Guessed');
    expect(limited.status).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(800);
    expect(limited.headers['ratelimit']).toMatch(/^"account";r=0;t=\d+$/);
    expect((await identity.logIn('cat_sun_dog', 'sunny-side-up-2026')).status).toBe(201);
  });

  test('counts logins by outcome', async () => {
    const before = await Promise.all(['ok', 'wrong', 'limited'].map(loginCount));
    await identity.register('counted');
    await identity.logIn('counted');
    for (let at = 1; at <= 11; at += 1) await identity.logIn('counted', 'not the password');
    const after = await Promise.all(['ok', 'wrong', 'limited'].map(loginCount));
    expect(after.map((value, at) => value - before[at]!)).toEqual([1, 10, 1]);
  });
});

describe('POST /api/sessions/refresh', () => {
  test('returns new tokens of the same session', async () => {
    const first = await identity.register('refreshing');
    const response = await identity.refresh(first.refreshToken);
    expect(response.status).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    const next = sessionOf(response);
    expect(next).toMatchObject({ user: first.user, expiresIn: 300 });
    expect(next.refreshToken).not.toBe(first.refreshToken);
    expect(decodeJwt(next.accessToken)['sid']).toBe(decodeJwt(first.accessToken)['sid']);
    expect((await me(withBearer(next).bearer)).status).toBe(200);
  });

  test('returns the same successor to two concurrent requests with one token', async () => {
    const { refreshToken } = await identity.register('two_tabs');
    const [one, two] = await Promise.all([
      identity.refresh(refreshToken),
      identity.refresh(refreshToken),
    ]);
    expect(sessionOf(one).refreshToken).toBe(sessionOf(two).refreshToken);
  });

  test('ends the session, also for access tokens, when a token older than the previous one is used', async () => {
    const first = await identity.register('stolen');
    const second = sessionOf(await identity.refresh(first.refreshToken));
    const third = sessionOf(await identity.refresh(second.refreshToken));
    const again = await identity.refresh(first.refreshToken);
    expect(again.status).toBe(401);
    expect(again.headers['www-authenticate']).toBe('Bearer');
    expect((await identity.refresh(third.refreshToken)).status).toBe(401);
    expect((await me(withBearer(third).bearer)).status).toBe(401);
  });

  test.each(['x', 'a.b', `7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.${'A'.repeat(43)}`])(
    'rejects the token %s with a 401',
    async (token) => {
      expect((await identity.refresh(token)).status).toBe(401);
    },
  );

  test.each(['', 'a\0b', 'x'.repeat(513)])('rejects the token %j with a 400', async (token) => {
    expect((await identity.refresh(token)).status).toBe(400);
  });
});

describe('DELETE /api/sessions/current', () => {
  test('ends the session of the token at once, and no other session', async () => {
    const one = await identity.register('leaving_one');
    const other = withBearer(sessionOf(await identity.logIn('leaving_one')));
    const response = await logOut(one.bearer);
    expect(response.status).toBe(204);
    expect(response.headers['cache-control']).toBe('no-store');
    expect((await identity.refresh(one.refreshToken)).status).toBe(401);
    expect((await me(one.bearer)).status).toBe(401);
    expect((await logOut(one.bearer)).status).toBe(401);
    expect((await me(other.bearer)).status).toBe(200);
  });

  test('answers without a token with a 401 that says how to authenticate', async () => {
    const response = await logOut({});
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });
});

test('a restart keeps all sessions, keys and login attempts', async () => {
  const session = await identity.register('patient');
  await identity.logIn('patient', 'not the password');
  const keys = (await identity.request('/.well-known/jwks.json')).body;
  await identity.stop();
  identity = await startIdentity(database);

  expect((await identity.request('/.well-known/jwks.json')).body).toEqual(keys);
  expect((await me(session.bearer)).status).toBe(200);
  expect((await identity.refresh(session.refreshToken)).status).toBe(200);
  const { headers } = await identity.logIn('patient', 'still not the password');
  expect(headers['ratelimit']).toMatch(/"account";r=8;/);
  expect((await identity.logIn('patient', PASSWORD)).headers['ratelimit']).toMatch(
    /"account";r=10;/,
  );
});

describe('GET /.well-known/jwks.json', () => {
  test('is public, and answers with a 304 to its current ETag', async () => {
    const { status, headers } = await identity.request('/.well-known/jwks.json');
    expect([status, headers['cache-control']]).toEqual([200, 'public, no-cache']);
    const again = await identity.request('/.well-known/jwks.json', {
      headers: { 'If-None-Match': headers['etag']! },
    });
    expect(again.status).toBe(304);
  });
});

test.each([
  ['loopback', [401, 429, 401]],
  ['none', [401, 429, 429]],
])(
  'TRUST_PROXY=%s decides whether X-Forwarded-For names the client’s address',
  async (trustProxy, statuses) => {
    const own = await embeddedDatabase();
    const service = await startIdentity(own, { LOGIN_PER_ADDRESS: '1', TRUST_PROXY: trustProxy });
    const from = (client: string, username: string) =>
      service.request('/api/sessions', {
        method: 'POST',
        headers: { 'X-Forwarded-For': client },
        json: { username, password: PASSWORD },
      });
    const responses = [
      await from('192.0.2.1', 'nobody_1'),
      await from('192.0.2.1', 'nobody_2'),
      await from('192.0.2.2', 'nobody_3'),
    ];
    expect(responses.map(({ status }) => status)).toEqual(statuses);
    await service.stop();
    await own.remove();
  },
);
