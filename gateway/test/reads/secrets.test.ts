// Tokens, passwords and e-mails: in no log line, no metric, no error, whatever is done with them. Every story is checked
// for that when its stage is left; here everything that could go wrong does.
import { expect, test } from '@jest/globals';
import { openBrowser } from 'chassis/testing/browser';
import { emailOf, PASSWORD } from 'chassis/testing/users';
import { hangsUp, html, sendsJson, status } from '../support/faulty-responders.ts';
import { bearer, cookies, sameOrigin } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';
import type { Responder } from 'chassis/testing/stub-server';

/** Says everything that it was told, as a careless service would. */
const echoes: Responder = ({ req, res }) =>
  res
    .writeHead(500, { 'Content-Type': 'application/problem+json', 'X-Echo': 'echo' })
    .end(JSON.stringify({ detail: JSON.stringify(req.headers) }));

test('nothing of a user’s secrets is logged, counted or answered, whatever fails', async () => {
  const testbed = await startTestbed({
    env: { BREAKER_VOLUME: '1000', REQUEST_DEADLINE_MS: '1000' },
  });
  const session = testbed.identity.openSession(7);
  const headers = { ...cookies(session), ...sameOrigin(testbed) };
  await testbed.request('/api/feed', { headers });
  const asked: [string, string, object?][] = [
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
    for (const [method, path, json] of asked) {
      const response = await testbed.request(path, { method, headers, ...(json && { json }) });
      expect(response.status).toBeGreaterThanOrEqual(400);
      const { 'set-cookie': _cookies, ...told } = response.headers;
      expect(response.text + JSON.stringify(told)).not.toMatch(
        /eyJ|refresh-secret|nobody logs|@secret/,
      );
    }
    const basic = Buffer.from(`${emailOf(7)}:${PASSWORD}`).toString('base64');
    for (const authorization of [`Basic ${basic}`, `Bearer ${session.refreshToken}`])
      await testbed.request('/api/feed', { headers: { Authorization: authorization } });
  }
  // There is something that could have told: a line for each request, and what failed.
  expect(testbed.lines.filter(({ msg }) => msg === 'answered').length).toBeGreaterThan(70);
  expect(testbed.lines.some(({ cause }) => cause === 'identity: terminated')).toBe(true);
  expect(JSON.stringify(testbed.lines)).not.toContain(
    Buffer.from(PASSWORD).toString('base64').slice(0, 12),
  );
});

test('a browser logs in, reads, writes and logs out, and its page never sees a token', async () => {
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

test('two browsers at one gateway are two people, also when they ask at the same moment', async () => {
  const testbed = await startTestbed();
  const people = [7, 8].map((id) => ({ id, session: testbed.identity.openSession(id) }));
  const asked = Array.from({ length: 20 }, (_, at) => people[at % 2]!);
  const answers = await Promise.all(
    asked.map(({ session }) => testbed.request('/api/me', { headers: at(session) })),
  );
  expect(answers.map(({ body }) => (body as { id: number }).id)).toEqual(asked.map(({ id }) => id));
});

/** By cookies for the one, by Bearer for the other. */
const at = (
  session: Parameters<typeof bearer>[0] & { refreshToken: string; user: { id: number } },
) => (session.user.id === 7 ? cookies(session) : bearer(session));
