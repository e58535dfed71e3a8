// A browser's session begins: the tokens go into cookies, and nowhere else.
import { describe, expect, test } from '@jest/globals';
import { emailOf, PASSWORD } from '../support/accounts.ts';
import { expectProblem } from '../support/expectations.ts';
import { ownPage, setCookies } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';
import { refuses } from '../support/upstream.ts';

const ANN = { username: 'ann', email: 'ann@secret.example', password: PASSWORD };
const SEVEN = { username: 'user_7', password: PASSWORD };

const post = (it: Stage, path: string, json: object, headers: Record<string, string> = {}) =>
  it.get(path, { method: 'POST', json, headers: { ...ownPage(it), ...headers } });

const TOKEN = /eyJ|refresh-secret/;

describe.each([
  ['registering', '/api/auth/register', ANN, 201, { id: 101, username: 'ann' }],
  ['logging in', '/api/auth/login', SEVEN, 200, { id: 7, username: 'user_7' }],
])('%s', (_, path, body, status, user) => {
  test('answers with who it is, and sets two cookies that no script can read', async () => {
    const it = await stage();
    const heard = await post(it, path, body);
    expect([heard.status, heard.body]).toEqual([status, { user }]);
    expect(heard.headers['cache-control']).toBe('no-store');
    expect(heard.headers['set-cookie']).toEqual([
      expect.stringMatching(/^access=eyJ[\w.-]+; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^refresh=[\w-]+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
  });

  test('outside localhost sets cookies that travel by TLS alone', async () => {
    const it = await stage();
    const host = 'social.example.com';
    const heard = await post(it, path, body, { Host: host, Origin: `https://${host}` });
    expect(heard.status).toBe(status);
    expect(heard.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-access=[^;]+;.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(/^__Host-refresh=[^;]+;.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect(heard.headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
  });

  test('shows no token but in the cookies', async () => {
    const it = await stage();
    const heard = await post(it, path, body);
    const { 'set-cookie': _cookies, ...headers } = heard.headers;
    expect(heard.text + JSON.stringify(headers)).not.toMatch(TOKEN);
  });

  test('from a foreign page is refused, and nobody is asked', async () => {
    const it = await stage();
    for (const sign of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const heard = await it.get(path, { method: 'POST', json: body, headers: sign });
      expectProblem(heard, 403, 'forbidden', path);
      expect(heard.headers['set-cookie']).toBeUndefined();
    }
    expect(it.identity.seen).toHaveLength(0);
  });

  test('without a word on the page, as of a script’s, is fine: there is no session to misuse', async () => {
    const it = await stage();
    expect((await it.get(path, { method: 'POST', json: body })).status).toBe(status);
  });

  test('tells Identity nothing of the browser but what it typed', async () => {
    const it = await stage();
    await post(it, path, body, { Cookie: 'access=old; refresh=older', 'User-Agent': 'mine' });
    expect(it.identity.seen).toEqual([expect.objectContaining({ method: 'POST', body })]);
    expect(JSON.stringify(it.identity.seen[0]?.headers)).not.toMatch(/old|mine|cookie|origin/i);
  });
});

test('who registers is known from then on, also when there was nobody of that id before', async () => {
  const it = await stage();
  expect((await it.get('/api/users/101')).status).toBe(404);
  const heard = await post(it, '/api/auth/register', ANN);
  expect(heard.headers['location']).toBe('/api/users/101');
  expect((await it.get('/api/users/101')).body).toEqual({ id: 101, username: 'ann' });
});

test('one logs in with the e-mail, too; the answer does not show it', async () => {
  const it = await stage();
  const heard = await post(it, '/api/auth/login', { ...SEVEN, username: emailOf(7) });
  expect([heard.status, heard.body]).toEqual([200, { user: { id: 7, username: 'user_7' } }]);
});

test('a wrong password is a 401 in Identity’s words, and changes no cookie', async () => {
  const it = await stage();
  const heard = await post(it, '/api/auth/login', { ...SEVEN, password: 'a wrong one' });
  expectProblem(heard, 401, 'unauthenticated', '/api/auth/login');
  expect(heard.body).toMatchObject({ detail: 'The name or the password is wrong.' });
  expect(heard.headers).toMatchObject({
    'www-authenticate': 'Bearer',
    ratelimit: '"account";r=9;t=900',
    'ratelimit-policy': '"account";q=10;w=900',
  });
  expect(setCookies(heard)).toEqual({});
});

test('a name that is taken is a 409 that says which field it is', async () => {
  const it = await stage();
  const errors = [{ pointer: '/body/username', detail: 'it is taken' }];
  it.identity.behave(({ res }) => {
    const { status, body } = refuses('conflict', 'Another user has this name.', { errors });
    res.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(body));
  });
  const heard = await post(it, '/api/auth/register', ANN);
  expectProblem(heard, 409, 'conflict', '/api/auth/register');
  expect(heard.body).toMatchObject({ errors });
  expect(setCookies(heard)).toEqual({});
});
