// The start of a browser's session: the tokens are in the cookies, and nowhere else.
import { describe, expect, test } from '@jest/globals';
import { emailOf } from 'chassis/testing/users';
import { CREDENTIALS, NEW_USER } from '../support/credentials.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, cookies, justExpired, sameOrigin, setCookies } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import { problem } from 'chassis/testing/stub-server';

const post = (testbed: Testbed, path: string, json: object, headers: Record<string, string> = {}) =>
  testbed.request(path, { method: 'POST', json, headers: { ...sameOrigin(testbed), ...headers } });

const TOKEN = /eyJ|refresh-secret/;

/** The tokens of the sessions that the gateway has ended. */
const ended = ({ identity }: Testbed) =>
  identity.requests
    .filter(({ method }) => method === 'DELETE')
    .map(({ headers }) => headers.authorization);

describe.each([
  ['a registration', '/api/auth/register', NEW_USER, 201, { id: 101, username: 'ann' }],
  ['a login', '/api/auth/login', CREDENTIALS, 200, { id: 7, username: 'user_7' }],
])('%s', (_, path, body, status, user) => {
  test('answers with the user, and sets two cookies that no script can read', async () => {
    const testbed = await startTestbed();
    const response = await post(testbed, path, body);
    expect([response.status, response.body]).toEqual([status, { user }]);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['set-cookie']).toEqual([
      expect.stringMatching(/^access=eyJ[\w.-]+; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^refresh=[\w-]+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
  });

  test('sets cookies that need TLS outside localhost', async () => {
    const testbed = await startTestbed();
    const host = 'social.example.com';
    const response = await post(testbed, path, body, { Host: host, Origin: `https://${host}` });
    expect(response.status).toBe(status);
    expect(response.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-access=[^;]+;.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(/^__Host-refresh=[^;]+;.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect(response.headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
  });

  test('shows a token only in the cookies', async () => {
    const testbed = await startTestbed();
    const response = await post(testbed, path, body);
    const { 'set-cookie': _cookies, ...headers } = response.headers;
    expect(response.text + JSON.stringify(headers)).not.toMatch(TOKEN);
  });

  test('ends the session that the browser had before, also one that needs a refresh', async () => {
    const testbed = await startTestbed();
    const former = testbed.identity.openSession(8);
    const response = await post(testbed, path, body, cookies(former));
    expect(response.status).toBe(status);
    expect(ended(testbed)).toEqual([bearer(former).Authorization]);
    expect(setCookies(response)['refresh']).not.toBe(former.refreshToken);
    const expired = testbed.identity.openSession(8, { exp: justExpired() });
    await post(testbed, '/api/auth/login', CREDENTIALS, cookies(expired));
    expect(ended(testbed)).toHaveLength(2);
  });

  test.each([
    ['cannot be ended', (testbed: Testbed) => cookies(testbed.identity.openSession(8))],
    ['is over', () => cookies({ accessToken: 'x', refreshToken: 'spent' })],
    ['is that of an API client', (testbed: Testbed) => bearer(testbed.identity.openSession(8))],
  ])('succeeds when the session before %s', async (_what, headersOf) => {
    const testbed = await startTestbed();
    testbed.identity.respondWith((exchange) => {
      if (exchange.req.method === 'DELETE') exchange.req.socket.destroy();
      else exchange.respond();
    });
    const response = await post(testbed, path, body, headersOf(testbed));
    expect([response.status, response.body]).toEqual([status, { user }]);
    expect(setCookies(response)['access']).toMatch(/^eyJ/);
  });

  test('from a foreign page is rejected, without a request to Identity', async () => {
    const testbed = await startTestbed();
    for (const originHeaders of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const response = await testbed.request(path, {
        method: 'POST',
        json: body,
        headers: originHeaders,
      });
      expectProblem(response, 403, 'forbidden', path);
      expect(response.headers['set-cookie']).toBeUndefined();
    }
    expect(testbed.identity.requests).toHaveLength(0);
  });

  test('is accepted without headers about its page, as from a script: there is no session to misuse', async () => {
    const testbed = await startTestbed();
    expect((await testbed.request(path, { method: 'POST', json: body })).status).toBe(status);
  });

  test('sends nothing of the browser to Identity but the input and its User-Agent', async () => {
    const testbed = await startTestbed();
    await post(testbed, path, body, { Cookie: 'access=old; refresh=older', 'User-Agent': 'mine' });
    expect(testbed.identity.requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        body,
        headers: expect.objectContaining({ 'user-agent': 'mine' }),
      }),
      // Only to end the session that the browser had before.
      expect.objectContaining({ method: 'POST', body: { refreshToken: 'older' } }),
    ]);
    for (const { headers } of testbed.identity.requests)
      expect(JSON.stringify({ ...headers, 'user-agent': '' })).not.toMatch(
        /old|mine|cookie|origin/i,
      );
  });
});

test('serves a new user at once, although a 404 for that id was cached', async () => {
  const testbed = await startTestbed();
  expect((await testbed.request('/api/users/101')).status).toBe(404);
  const response = await post(testbed, '/api/auth/register', NEW_USER);
  expect(response.headers['location']).toBe('/api/users/101');
  expect((await testbed.request('/api/users/101')).body).toEqual({ id: 101, username: 'ann' });
});

test('accepts the e-mail address as the username of a login, and does not show it in the answer', async () => {
  const testbed = await startTestbed();
  const response = await post(testbed, '/api/auth/login', { ...CREDENTIALS, username: emailOf(7) });
  expect([response.status, response.body]).toEqual([200, { user: { id: 7, username: 'user_7' } }]);
});

test('answers a wrong password with a 401 in Identity’s words, and changes no cookie', async () => {
  const testbed = await startTestbed();
  const response = await post(testbed, '/api/auth/login', {
    ...CREDENTIALS,
    password: 'a wrong one',
  });
  expectProblem(response, 401, 'login-failed', '/api/auth/login');
  expect(response.body).toMatchObject({ detail: 'The name or the password is wrong.' });
  expect(response.headers).toMatchObject({
    'www-authenticate': 'Bearer',
    ratelimit: '"account";r=9;t=900',
    'ratelimit-policy': '"account";q=10;w=900',
  });
  expect(setCookies(response)).toEqual({});
});

test('answers a name that is already taken with a 409 that points at the field', async () => {
  const testbed = await startTestbed();
  const errors = [{ pointer: '/body/username', detail: 'already taken' }];
  testbed.identity.respondWith(({ res }) => {
    const { status, body } = problem('conflict', 'Another user has this name.', { errors });
    res.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(body));
  });
  const response = await post(testbed, '/api/auth/register', NEW_USER);
  expectProblem(response, 409, 'conflict', '/api/auth/register');
  expect(response.body).toMatchObject({ errors });
  expect(setCookies(response)).toEqual({});
});
