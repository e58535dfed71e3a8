// A browser's session: which headers Social gets, and how the gateway refreshes the session by itself.
import { describe, expect, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import { expectProblem } from '../support/expectations.ts';
import {
  bearer,
  CLEARED,
  cookies,
  justExpired,
  sameOrigin,
  setCookies,
} from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const REFRESH = /^\/api\/sessions\/refresh$/;
const refreshes = ({ identity }: Testbed) => identity.count(REFRESH);

/** Makes the gateway load the keys, so that it verifies tokens without a request. */
async function loadKeys(testbed: Testbed): Promise<void> {
  await testbed.request('/api/friends', { headers: bearer(testbed.identity.openSession(50)) });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
}

test('Social gets the viewer’s access token, and neither cookies nor headers about the client', async () => {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  const response = await testbed.request('/api/feed', {
    headers: { ...cookies(session), Origin: 'https://elsewhere.example', 'X-User-Id': '8' },
  });
  expect(response.status).toBe(200);
  const [{ headers }] = testbed.social.requests as [Testbed['social']['requests'][number]];
  expect(headers.authorization).toBe(`Bearer ${session.accessToken}`);
  expect(headers).not.toHaveProperty('cookie');
  expect(headers).not.toHaveProperty('origin');
  expect(headers).not.toHaveProperty('x-user-id');
});

test('a session whose access token is valid is not refreshed, and its cookies do not change', async () => {
  const testbed = await startTestbed();
  await loadKeys(testbed);
  const response = await testbed.request('/api/friends', {
    headers: cookies(testbed.identity.openSession(7)),
  });
  expect(setCookies(response)).toEqual({});
  expect(refreshes(testbed)).toBe(0);
});

describe.each([
  ['is missing', { accessToken: undefined }],
  ['has expired', {}],
  ['is no token of ours', { accessToken: 'aaa.bbb.ccc' }],
])('a session whose access cookie %s', (_, changes) => {
  const oldCookies = (testbed: Testbed) =>
    cookies({ ...testbed.identity.openSession(7, { exp: justExpired() }), ...changes });

  test('is refreshed, and Social gets the new token', async () => {
    const testbed = await startTestbed();
    await loadKeys(testbed);
    const response = await testbed.request('/api/feed', { headers: oldCookies(testbed) });
    expect(response.status).toBe(200);
    const { access, refresh } = setCookies(response);
    expect(refresh).toMatch(/^refresh-secret-/);
    expect(testbed.social.requests[0]?.headers.authorization).toBe(`Bearer ${access}`);
    expect(response.text).not.toMatch(/eyJ|refresh-secret/);
    expect(refreshes(testbed)).toBe(1);
  });

  test('is refreshed once for concurrent requests, and every answer sets the same new cookies', async () => {
    const testbed = await startTestbed();
    await loadKeys(testbed);
    const headers = oldCookies(testbed);
    const release = testbed.identity.hold();
    const paths = ['/api/feed', '/api/friends', '/api/me', '/api/friends/requests'];
    const answers = Array.from({ length: 20 }, (__, at) =>
      testbed.request(paths[at % 4]!, { headers }),
    );
    await until(
      'all requests wait',
      async () => (await testbed.metric('http_requests_in_flight')) === 20,
    );
    release();
    const response = await Promise.all(answers);
    expect(response.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(refreshes(testbed)).toBe(1);
    expect(new Set(response.map((each) => JSON.stringify(setCookies(each)))).size).toBe(1);
    expect(setCookies(response[0]!).access).toMatch(/^eyJ/);
  });
});

/** The headers of a browser without an access cookie, on a page of the gateway. */
const withoutAccessCookie = (testbed: Testbed) => ({
  ...cookies({ refreshToken: testbed.identity.openSession(7).refreshToken }),
  ...sameOrigin(testbed),
});

describe('the new cookies of a refreshed session', () => {
  test.each([
    ['a 200', 200, 'GET', '/api/me', undefined],
    ['a 201', 201, 'POST', '/api/posts', { content: 'Hello.' }],
    ['a 204', 204, 'DELETE', '/api/friends/9', undefined],
    ['a 400', 400, 'POST', '/api/posts', { content: '' }],
    ['a 400 of Social', 400, 'PUT', '/api/friends/7', undefined],
    ['a 403 of Social', 403, 'PATCH', '/api/posts/1', { content: 'Not mine.' }],
    ['a 404', 404, 'DELETE', '/api/posts/999999', undefined],
    ['a 404 of Identity', 404, 'PUT', '/api/friends/999999', undefined],
  ])('come with %s', async (_, status, method, path, json) => {
    const testbed = await startTestbed();
    const response = await testbed.request(path, {
      method,
      headers: withoutAccessCookie(testbed),
      ...(json && { json }),
    });
    expect(response.status).toBe(status);
    expect(setCookies(response)).toEqual({
      access: expect.stringMatching(/^eyJ/),
      refresh: expect.stringMatching(/^refresh-secret/),
    });
  });

  test('come with a 304', async () => {
    const testbed = await startTestbed();
    const { etag = '' } = (
      await testbed.request('/api/feed', { headers: withoutAccessCookie(testbed) })
    ).headers;
    const response = await testbed.request('/api/feed', {
      headers: { ...withoutAccessCookie(testbed), 'If-None-Match': etag },
    });
    expect([response.status, response.text]).toEqual([304, '']);
    expect(setCookies(response).access).toMatch(/^eyJ/);
  });

  test('come with a 503 while Social is down', async () => {
    const testbed = await startTestbed();
    await testbed.social.refuse();
    const response = await testbed.request('/api/feed', { headers: withoutAccessCookie(testbed) });
    expect(response.status).toBe(503);
    expect(setCookies(response).access).toMatch(/^eyJ/);
  });
});

describe('an invalid refresh token', () => {
  test.each(['spent', 'x', '%00', 'r'.repeat(4000)])(
    'ends the session in the browser with a 401 that clears both cookies (%#)',
    async (refresh) => {
      const testbed = await startTestbed();
      const response = await testbed.request('/api/feed', {
        headers: { Cookie: `refresh=${refresh}` },
      });
      expectProblem(response, 401, 'unauthenticated', '/api/feed');
      expect(response.headers['www-authenticate']).toBe('Bearer');
      expect(setCookies(response)).toEqual(CLEARED);
      expect(testbed.social.requests).toHaveLength(0);
    },
  );

  test('is sent to Identity once for concurrent requests', async () => {
    const testbed = await startTestbed();
    const release = testbed.identity.hold();
    const headers = cookies({ refreshToken: 'spent' });
    const answers = Array.from({ length: 5 }, () => testbed.request('/api/feed', { headers }));
    await until(
      'all requests wait',
      async () => (await testbed.metric('http_requests_in_flight')) === 5,
    );
    release();
    for (const response of await Promise.all(answers)) {
      expect(response.status).toBe(401);
      expect(setCookies(response)).toEqual(CLEARED);
    }
    expect(refreshes(testbed)).toBe(1);
  });
});

describe('/api/auth/refresh', () => {
  test('refreshes the session at once, and answers with its user', async () => {
    const testbed = await startTestbed();
    const headers = { ...cookies(testbed.identity.openSession(7)), ...sameOrigin(testbed) };
    const response = await testbed.request('/api/auth/refresh', { method: 'POST', headers });
    expect([response.status, response.body]).toEqual([
      200,
      { user: { id: 7, username: 'user_7' } },
    ]);
    expect(setCookies(response).access).toMatch(/^eyJ/);
    expect(refreshes(testbed)).toBe(1);
  });

  test('without a refresh token is a 401, also with an access token', async () => {
    const testbed = await startTestbed();
    const { accessToken } = testbed.identity.openSession(7);
    for (const headers of [{}, cookies({ accessToken }), bearer({ accessToken })]) {
      const options = { method: 'POST', headers: { ...headers, ...sameOrigin(testbed) } };
      expect((await testbed.request('/api/auth/refresh', options)).status).toBe(401);
    }
    expect(refreshes(testbed)).toBe(0);
  });
});
