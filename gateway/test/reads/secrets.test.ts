// Tokens, passwords and e-mail addresses are in no log line, metric or error. Every testbed checks its logs and metrics for
// them; here every kind of request fails in many ways.
import { expect, test } from '@jest/globals';
import { openBrowser } from 'chassis/testing/browser';
import { emailOf, PASSWORD } from 'chassis/testing/users';
import { hangsUp, html, sendsJson, status } from '../support/faulty-responders.ts';
import { bearer, cookies, sameOrigin } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';
import type { Responder } from 'chassis/testing/stub-server';

/** Returns the headers of the request, as a careless service would. */
const echoes: Responder = ({ req, res }) =>
  res
    .writeHead(500, { 'Content-Type': 'application/problem+json', 'X-Echo': 'echo' })
    .end(JSON.stringify({ detail: JSON.stringify(req.headers) }));

test('no secret of a user is in a log line, a metric or an answer, whatever fails', async () => {
  const testbed = await startTestbed({
    env: { BREAKER_VOLUME: '1000', REQUEST_DEADLINE_MS: '1000' },
  });
  const session = testbed.identity.openSession(7);
  const headers = { ...cookies(session), ...sameOrigin(testbed) };
  await testbed.request('/api/feed', { headers });
  const failing: [string, string, object?][] = [
    ['GET', '/api/feed'],
    ['GET', '/api/me'],
    ['POST', '/api/posts', { content: 'Hello.' }],
    ['PATCH', '/api/me', { email: emailOf(8), currentPassword: PASSWORD }],
    ['PATCH', '/api/me', { password: PASSWORD, currentPassword: PASSWORD, extra: PASSWORD }],
    ['DELETE', '/api/me', { currentPassword: PASSWORD }],
    ['POST', '/api/auth/login', { username: emailOf(7), password: PASSWORD }],
    ['POST', '/api/auth/login', { username: emailOf(7), password: [PASSWORD] }],
    ['POST', '/api/auth/register', { username: PASSWORD, email: PASSWORD, password: PASSWORD }],
    ['POST', '/api/auth/token', { refreshToken: session.refreshToken }],
    ['POST', '/api/auth/logout'],
    ['POST', `/api/auth/login?password=${encodeURIComponent(PASSWORD)}`, {}],
  ];
  for (const behaviour of [status(401), status(500), hangsUp, html, sendsJson(PASSWORD), echoes]) {
    for (const upstream of [testbed.identity, testbed.social]) upstream.respondWith(behaviour);
    for (const [method, path, json] of failing) {
      const response = await testbed.request(path, { method, headers, ...(json && { json }) });
      expect(response.status).toBeGreaterThanOrEqual(400);
      const { 'set-cookie': _cookies, ...otherHeaders } = response.headers;
      expect(response.text + JSON.stringify(otherHeaders)).not.toMatch(
        /eyJ|refresh-secret|nobody logs|@secret/,
      );
    }
    const basic = Buffer.from(`${emailOf(7)}:${PASSWORD}`).toString('base64');
    for (const authorization of [`Basic ${basic}`, `Bearer ${session.refreshToken}`])
      await testbed.request('/api/feed', { headers: { Authorization: authorization } });
  }
  // The log had chances to leak: a line for each request, and the failures.
  expect(testbed.lines.filter(({ msg }) => msg === 'answered').length).toBeGreaterThan(70);
  expect(testbed.lines.some(({ cause }) => cause === 'identity: terminated')).toBe(true);
  expect(JSON.stringify(testbed.lines)).not.toContain(
    Buffer.from(PASSWORD).toString('base64').slice(0, 12),
  );
});

test('a browser logs in, reads, writes and logs out, and its page never gets a token', async () => {
  const testbed = await startTestbed();
  const browser = openBrowser(testbed.gateway.url);
  const login = await browser.request('POST', '/api/auth/login', {
    username: 'user_7',
    password: PASSWORD,
  });
  expect(login.body).toEqual({ user: { id: 7, username: 'user_7' } });
  expect([...browser.cookies.keys()].toSorted()).toEqual(['access', 'refresh']);
  expect((await browser.request('POST', '/api/posts', { content: 'Hello.' })).status).toBe(201);
  expect((await browser.request('PUT', '/api/friends/9')).status).toBe(200);
  expect((await browser.request('GET', '/api/feed')).status).toBe(200);
  expect((await browser.request('POST', '/api/auth/refresh')).status).toBe(200);
  expect((await browser.request('GET', '/api/me')).body).toMatchObject({ id: 7 });
  expect((await browser.request('POST', '/api/auth/logout')).status).toBe(204);
  expect(browser.cookies.size).toBe(0);
  expect((await browser.request('GET', '/api/feed')).status).toBe(401);

  expect(browser.cookieValues).toHaveLength(4);
  for (const { response } of browser.history) {
    const headers = JSON.stringify([...response.headers].filter(([name]) => name !== 'set-cookie'));
    for (const secret of browser.cookieValues)
      expect(response.text + headers).not.toContain(secret);
  }
});

test('concurrent requests of two users are answered for the right user', async () => {
  const testbed = await startTestbed();
  const people = [7, 8].map((id) => ({ id, session: testbed.identity.openSession(id) }));
  const viewers = Array.from({ length: 20 }, (_, at) => people[at % 2]!);
  const answers = await Promise.all(
    viewers.map(({ session }) => testbed.request('/api/me', { headers: headersOf(session) })),
  );
  expect(answers.map(({ body }) => (body as { id: number }).id)).toEqual(
    viewers.map(({ id }) => id),
  );
});

/** The headers of user 7, in a browser, or of user 8, as an API client. */
const headersOf = (
  session: Parameters<typeof bearer>[0] & { refreshToken: string; user: { id: number } },
) => (session.user.id === 7 ? cookies(session) : bearer(session));
