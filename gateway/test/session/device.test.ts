// A browser is recognized at its next log-in by a cookie, an API client by a header field. Identity makes and checks the tokens.
import { expect, test } from '@jest/globals';
import type { HttpResponse } from 'chassis/testing/http-client';
import { always } from 'chassis/testing/stub-server';
import { CREDENTIALS, NEW_USER } from '../support/credentials.ts';
import {
  bearer,
  CLEARED,
  cookies,
  justExpired,
  sameOrigin,
  setCookies,
} from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const TOKEN = `${'d'.repeat(22)}.${'s'.repeat(43)}`;

/** Starts a testbed whose Identity returns a device token with each session and each change of the account. */
async function arrange(): Promise<Testbed> {
  const testbed = await startTestbed();
  testbed.identity.respondWith((exchange) => {
    const { req, status, body } = exchange;
    const hasToken = /^\/api\/(sessions|users|me)$/.test(req.url ?? '') && req.method !== 'GET';
    const headers = hasToken ? { 'X-Device-Token': TOKEN } : {};
    always({ status, headers, ...(body !== '' && { body: JSON.parse(body) as object }) })(exchange);
  });
  return testbed;
}
const post = (testbed: Testbed, path: string, json: object, headers: Record<string, string> = {}) =>
  testbed.request(path, { method: 'POST', json, headers: { ...sameOrigin(testbed), ...headers } });
const deviceCookieOf = ({ headers }: HttpResponse) =>
  headers['set-cookie']?.find((text) => text.includes('device='));
/** The device tokens that Identity has received. */
const received = ({ identity }: Testbed) =>
  identity.requests.map(({ headers }) => headers['x-device-token']).filter((text) => text);

test.each([
  ['a registration', '/api/auth/register', NEW_USER],
  ['a log-in', '/api/auth/login', CREDENTIALS],
])(
  '%s sets a cookie that no script can read, and that the log-out leaves',
  async (_, path, json) => {
    const testbed = await arrange();
    const response = await post(testbed, path, json);
    expect(deviceCookieOf(response)).toBe(
      `device=${TOKEN}; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax`,
    );
    expect(response.headers['x-device-token']).toBeUndefined();
    const { access: accessToken, refresh: refreshToken } = setCookies(response);
    const own = cookies({ accessToken, refreshToken });
    expect(setCookies(await post(testbed, '/api/auth/logout', {}, own))).toEqual(CLEARED);
  },
);

test('the cookie needs TLS outside localhost', async () => {
  const testbed = await arrange();
  const host = 'social.example.com';
  const headers = { Host: host, Origin: `https://${host}` };
  expect(deviceCookieOf(await post(testbed, '/api/auth/login', CREDENTIALS, headers))).toMatch(
    /^__Host-device=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
});

test('the log-in sends the cookie to Identity; no other request does', async () => {
  const testbed = await arrange();
  const session = testbed.identity.openSession(7);
  const headers = { Cookie: `device=${TOKEN}; ${cookies(session).Cookie}` };
  await testbed.request('/api/me', { headers });
  await testbed.request('/api/feed', { headers });
  await post(testbed, '/api/auth/register', NEW_USER, headers);
  expect(received(testbed)).toEqual([]);
  await post(testbed, '/api/auth/login', CREDENTIALS, headers);
  expect(received(testbed)).toEqual([TOKEN]);
  expect(JSON.stringify(testbed.social.requests)).not.toContain(TOKEN);
});

test.each([
  ['has a line break', 'a%0d%0aX-Forwarded-For:%20192.0.2.1'],
  ['has no signature', 'no-dot'],
  ['is too long', `${'d'.repeat(5000)}.s`],
  ['has other characters', 'ä.ö'],
  ['is empty', ''],
])('a cookie that %s is no token, and is not sent to Identity', async (_, value) => {
  const testbed = await arrange();
  const headers = { Cookie: `device=${value}` };
  expect((await post(testbed, '/api/auth/login', CREDENTIALS, headers)).status).toBe(200);
  expect(received(testbed)).toEqual([]);
});

test('a new password sets a new cookie, also when the session is refreshed by the way', async () => {
  const testbed = await arrange();
  const session = testbed.identity.openSession(7, { exp: justExpired() });
  const response = await testbed.request('/api/me', {
    method: 'PATCH',
    json: { password: 'a new one for this', currentPassword: CREDENTIALS.password },
    headers: { ...sameOrigin(testbed), ...cookies(session) },
  });
  expect(response.status).toBe(200);
  expect(Object.keys(setCookies(response))).toEqual(['access', 'refresh', 'device']);
});

test('an API client gets and sends the token in a header field, and no cookie', async () => {
  const testbed = await arrange();
  const first = await testbed.request('/api/auth/token', { method: 'POST', json: CREDENTIALS });
  expect(first.headers['x-device-token']).toBe(TOKEN);
  expect(setCookies(first)).toEqual({});
  expect(received(testbed)).toEqual([]);
  await testbed.request('/api/auth/token', {
    method: 'POST',
    json: CREDENTIALS,
    headers: { 'X-Device-Token': TOKEN, ...bearer(testbed.identity.openSession(7)) },
  });
  expect(received(testbed)).toEqual([TOKEN]);
});
