// A foreign page cannot write with its visitor's cookies.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { expectProblem } from '../support/expectations.ts';
import { bearer, cookies, sameOrigin, setCookies } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const APP = 'https://app.example.net';

const WRITES: readonly [string, string, object | undefined, number][] = [
  ['POST', '/api/posts', { content: 'Hello.' }, 201],
  ['PATCH', '/api/posts/6', { content: 'Hello again.' }, 200],
  ['DELETE', '/api/posts/6', undefined, 204],
  ['PUT', '/api/friends/9', undefined, 200],
  ['DELETE', '/api/friends/9', undefined, 204],
  ['PATCH', '/api/me', { username: 'sun_dog' }, 200],
  ['DELETE', '/api/me', { currentPassword: PASSWORD }, 204],
  ['POST', '/api/auth/refresh', undefined, 200],
  ['POST', '/api/auth/logout', undefined, 204],
];

const FOREIGN: readonly Record<string, string>[] = [
  {},
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: APP },
  { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'none' },
  { Referer: 'http://127.0.0.1/' },
];

describe.each(WRITES)('%s %s by cookies', (method, path, json, status) => {
  const write = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
    testbed.request(path, { method, headers, ...(json && { json }) });

  test('without headers of an allowed page is a 403, without a request to an upstream or a change of cookies', async () => {
    const testbed = await startTestbed();
    const { refreshToken, ...session } = testbed.identity.openSession(7);
    for (const originHeaders of FOREIGN)
      for (const tokens of [{ ...session, refreshToken }, { refreshToken }]) {
        const response = await write(testbed, { ...cookies(tokens), ...originHeaders });
        expectProblem(response, 403, 'forbidden', path);
        expect(setCookies(response)).toEqual({});
      }
    expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]);
  });

  test.each<[string, (testbed: Testbed) => Record<string, string>]>([
    ['our own Origin', sameOrigin],
    [
      'our own Origin and Sec-Fetch-Site',
      (testbed) => ({ ...sameOrigin(testbed), 'Sec-Fetch-Site': 'same-origin' }),
    ],
    ['Sec-Fetch-Site alone', () => ({ 'Sec-Fetch-Site': 'same-origin' })],
    ['the Origin of an allowed page', () => ({ Origin: APP, 'Sec-Fetch-Site': 'same-site' })],
  ])('with %s is accepted', async (_, headersOf) => {
    const testbed = await startTestbed({
      env: { CORS_ORIGINS: `${APP}, https://other.example.net` },
    });
    const response = await write(testbed, {
      ...cookies(testbed.identity.openSession(7)),
      ...headersOf(testbed),
    });
    expect(response.status).toBe(status);
  });

  test('with our own Origin is accepted behind a balancer that ends TLS, by https alone and without contradictions', async () => {
    const testbed = await startTestbed();
    const { accessToken, refreshToken } = testbed.identity.openSession(7);
    const statusWith = async (originHeaders: Readonly<Record<string, string>>) => {
      const Cookie = `__Host-access=${accessToken}; __Host-refresh=${refreshToken}`;
      return (await write(testbed, { Cookie, Host: 'social.example.com', ...originHeaders }))
        .status;
    };
    const Origin = 'https://social.example.com';
    expect(await statusWith({ Origin: 'http://social.example.com' })).toBe(403);
    expect(await statusWith({ Origin: 'ftp://social.example.com' })).toBe(403);
    expect(await statusWith({ Origin, 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await statusWith({ Origin })).toBe(status);
  });
});

test('a log-in through a proxy that changes the Host is accepted, by the browser’s own word', async () => {
  const testbed = await startTestbed();
  const json = { username: 'user_7', password: PASSWORD };
  const headers = { Host: 'gateway.internal', Origin: 'http://localhost:5173' };
  const statusWith = async (site?: string) => {
    const all = { ...headers, ...(site !== undefined && { 'Sec-Fetch-Site': site }) };
    return (await testbed.request('/api/auth/login', { method: 'POST', json, headers: all }))
      .status;
  };
  expect([
    await statusWith('same-origin'),
    await statusWith('cross-site'),
    await statusWith(),
  ]).toEqual([200, 403, 403]);
});

describe.each(['/api/auth/login', '/api/auth/register'])('%s from an allowed origin', (path) => {
  const json = {
    username: path.endsWith('login') ? 'user_7' : 'new_one',
    password: PASSWORD,
    ...(path.endsWith('register') && { email: 'new@secret.example' }),
  };
  const post = async (site: string) => {
    const testbed = await startTestbed({ env: { CORS_ORIGINS: APP } });
    const headers = { Origin: APP, 'Sec-Fetch-Site': site };
    return { testbed, response: await testbed.request(path, { method: 'POST', json, headers }) };
  };

  test('of another site is a 403 that says why, since its browser would send no cookie', async () => {
    const { testbed, response } = await post('cross-site');
    expectProblem(response, 403, 'forbidden', path);
    expect((response.body as { detail: string }).detail).toMatch(
      /SameSite=Lax.*\/api\/auth\/token/,
    );
    expect(setCookies(response)).toEqual({});
    expect(testbed.identity.requests).toEqual([]);
  });

  test('of the same site begins a session', async () => {
    const { response } = await post('same-site');
    expect(Object.keys(setCookies(response))).toEqual(['access', 'refresh']);
  });
});

describe('with PUBLIC_ORIGIN', () => {
  const env = { PUBLIC_ORIGIN: 'https://social.example.com' };

  test('a write is accepted from that origin alone, whatever the Host', async () => {
    const testbed = await startTestbed({ env });
    const { accessToken, refreshToken } = testbed.identity.openSession(7);
    const Cookie = `__Host-access=${accessToken}; __Host-refresh=${refreshToken}`;
    const statuses = [];
    for (const Origin of [
      env.PUBLIC_ORIGIN,
      'http://social.example.com',
      testbed.gateway.url,
      'null',
    ]) {
      const headers = { Cookie, Origin };
      const options = { method: 'POST', headers, json: { content: 'Hello.' } };
      statuses.push((await testbed.request('/api/posts', options)).status);
    }
    expect(statuses).toEqual([201, 403, 403, 403]);
  });

  test('cookies are Secure and answers demand TLS, although the Host is local', async () => {
    const testbed = await startTestbed({ env });
    const json = { username: 'user_7', password: PASSWORD };
    const response = await testbed.request('/api/auth/login', { method: 'POST', json });
    expect(response.headers['strict-transport-security']).toBeDefined();
    expect(String(response.headers['set-cookie'])).toMatch(/__Host-access=[^,]+; Secure/);
  });

  test.each([
    'app.example.com',
    'https://app.example.com/',
    'ftp://app.example.com',
    'https://a b',
  ])('PUBLIC_ORIGIN=%s is an error at the start', async (PUBLIC_ORIGIN) => {
    await expect(startTestbed({ env: { PUBLIC_ORIGIN } })).rejects.toThrow(/PUBLIC_ORIGIN/);
  });
});

describe('without headers of an allowed page', () => {
  test('a read by cookies is accepted, as it changes nothing', async () => {
    const testbed = await startTestbed();
    const headers = { ...cookies(testbed.identity.openSession(7)), Origin: 'https://evil.example' };
    expect((await testbed.request('/api/feed', { headers })).status).toBe(200);
    expect((await testbed.request('/api/feed', { method: 'HEAD', headers })).status).toBe(200);
  });

  test.each(
    WRITES.filter(([, path]) => path !== '/api/auth/refresh' && path !== '/api/auth/logout'),
  )('%s %s by Bearer is accepted', async (method, path, json, status) => {
    for (const originHeaders of FOREIGN) {
      const testbed = await startTestbed();
      const headers = { ...bearer(testbed.identity.openSession(7)), ...originHeaders };
      const response = await testbed.request(path, { method, headers, ...(json && { json }) });
      expect([originHeaders, response.status]).toEqual([originHeaders, status]);
    }
  });
});
