// What keeps a foreign page from writing in its visitor's name.
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

const NOT_OURS: readonly Record<string, string>[] = [
  {},
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: APP },
  { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'none' },
  { Referer: 'http://127.0.0.1/' },
];

describe.each(WRITES)('%s %s by cookies', (method, path, json, status) => {
  const write = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
    testbed.request(path, { method, headers, ...(json && { json }) });

  test('without the sign of a page of ours is a 403: nobody is asked, no cookie is touched', async () => {
    const testbed = await startTestbed();
    const { refreshToken, ...session } = testbed.identity.openSession(7);
    for (const sign of NOT_OURS)
      for (const half of [{ ...session, refreshToken }, { refreshToken }]) {
        const response = await write(testbed, { ...cookies(half), ...sign });
        expectProblem(response, 403, 'forbidden', path);
        expect(setCookies(response)).toEqual({});
      }
    expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]);
  });

  test.each<[string, (testbed: Testbed) => Record<string, string>]>([
    ['our own Origin', sameOrigin],
    [
      'our own Origin, and the browser’s word',
      (testbed) => ({ ...sameOrigin(testbed), 'Sec-Fetch-Site': 'same-origin' }),
    ],
    ['the browser’s word alone', () => ({ 'Sec-Fetch-Site': 'same-origin' })],
    ['the Origin of a page that is let in', () => ({ Origin: APP, 'Sec-Fetch-Site': 'same-site' })],
  ])('with %s passes', async (_, signOf) => {
    const testbed = await startTestbed({
      env: { CORS_ORIGINS: `${APP}, https://other.example.net` },
    });
    const response = await write(testbed, {
      ...cookies(testbed.identity.openSession(7)),
      ...signOf(testbed),
    });
    expect(response.status).toBe(status);
  });

  test('behind a balancer that ends TLS, our own Origin is https', async () => {
    const testbed = await startTestbed();
    const { accessToken, refreshToken } = testbed.identity.openSession(7);
    const response = await write(testbed, {
      Cookie: `__Host-access=${accessToken}; __Host-refresh=${refreshToken}`,
      Host: 'social.example.com',
      Origin: 'https://social.example.com',
    });
    expect(response.status).toBe(status);
  });
});

describe('what needs no sign', () => {
  test('reading by cookies: it changes nothing', async () => {
    const testbed = await startTestbed();
    const headers = { ...cookies(testbed.identity.openSession(7)), Origin: 'https://evil.example' };
    expect((await testbed.request('/api/feed', { headers })).status).toBe(200);
    expect((await testbed.request('/api/feed', { method: 'HEAD', headers })).status).toBe(200);
  });

  test.each(
    WRITES.filter(([, path]) => path !== '/api/auth/refresh' && path !== '/api/auth/logout'),
  )('%s %s by Bearer', async (method, path, json, status) => {
    const testbed = await startTestbed();
    for (const sign of [{}, { Origin: 'https://evil.example' }]) {
      const headers = { ...bearer(testbed.identity.openSession(7)), ...sign };
      const response = await testbed.request(path, { method, headers, ...(json && { json }) });
      if (Object.keys(sign).length === 0) expect(response.status).toBe(status);
      else expect(response.status).not.toBe(403);
    }
  });
});
