// Tokens, passwords and e-mails: in no log line, no metric, no error, whatever is done with them. Every story is checked
// for that when its stage is left; here everything that could go wrong does.
import { expect, test } from '@jest/globals';
import { openBrowser } from 'chassis/testing/browser';
import { emailOf, PASSWORD } from '../support/accounts.ts';
import { hangsUp, html, says, status } from '../support/behaviours.ts';
import { bearer, cookies, ownPage } from '../support/session.ts';
import { stage } from '../support/stage.ts';
import type { Behaviour } from '../support/upstream.ts';

/** Says everything that it was told, as a careless service would. */
const echoes: Behaviour = ({ req, res }) =>
  res
    .writeHead(500, { 'Content-Type': 'application/problem+json', 'X-Echo': 'echo' })
    .end(JSON.stringify({ detail: JSON.stringify(req.headers) }));

test('nothing of a user’s secrets is logged, counted or answered, whatever fails', async () => {
  const it = await stage({ env: { BREAKER_VOLUME: '1000', REQUEST_DEADLINE_MS: '1000' } });
  const session = it.identity.begin(7);
  const headers = { ...cookies(session), ...ownPage(it) };
  await it.get('/api/feed', { headers });
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
  for (const behaviour of [status(401), status(500), hangsUp, html, says(PASSWORD), echoes]) {
    for (const upstream of [it.identity, it.social]) upstream.behave(behaviour);
    for (const [method, path, json] of asked) {
      const heard = await it.get(path, { method, headers, ...(json && { json }) });
      expect(heard.status).toBeGreaterThanOrEqual(400);
      const { 'set-cookie': _cookies, ...told } = heard.headers;
      expect(heard.text + JSON.stringify(told)).not.toMatch(
        /eyJ|refresh-secret|nobody logs|@secret/,
      );
    }
    const basic = Buffer.from(`${emailOf(7)}:${PASSWORD}`).toString('base64');
    for (const authorization of [`Basic ${basic}`, `Bearer ${session.refreshToken}`])
      await it.get('/api/feed', { headers: { Authorization: authorization } });
  }
  // There is something that could have told: a line for each request, and what failed.
  expect(it.lines.filter(({ msg }) => msg === 'answered').length).toBeGreaterThan(70);
  expect(it.lines.some(({ cause }) => cause === 'identity: terminated')).toBe(true);
  expect(JSON.stringify(it.lines)).not.toContain(
    Buffer.from(PASSWORD).toString('base64').slice(0, 12),
  );
});

test('a browser logs in, reads, writes and logs out, and its page never sees a token', async () => {
  const it = await stage();
  const browser = openBrowser(it.gateway.url);
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
  const it = await stage();
  const people = [7, 8].map((id) => ({ id, session: it.identity.begin(id) }));
  const asked = Array.from({ length: 20 }, (_, at) => people[at % 2]!);
  const answers = await Promise.all(
    asked.map(({ session }) => it.get('/api/me', { headers: at(session) })),
  );
  expect(answers.map(({ body }) => (body as { id: number }).id)).toEqual(asked.map(({ id }) => id));
});

/** By cookies for the one, by Bearer for the other. */
const at = (
  session: Parameters<typeof bearer>[0] & { refreshToken: string; user: { id: number } },
) => (session.user.id === 7 ? cookies(session) : bearer(session));
