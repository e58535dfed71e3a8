// Logging out: the browser forgets the session whatever happens, and Identity is told.
import { describe, expect, test } from '@jest/globals';
import { command } from '../support/breakers.ts';
import { silent, status } from '../support/behaviours.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, CLEARED, cookies, justNow, ownPage, setCookies } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';
import { answers, refuses } from '../support/upstream.ts';

const PATH = '/api/auth/logout';
const logout = (it: Stage, headers: Readonly<Record<string, string>>) =>
  it.get(PATH, { method: 'POST', headers: { ...ownPage(it), ...headers } });
const told = ({ identity }: Stage) =>
  identity.seen.filter(
    ({ method, path }) => `${method} ${path}` === 'DELETE /api/sessions/current',
  );

test('a session ends: Identity is told whose, the cookies are cleared, the answer is empty', async () => {
  const it = await stage();
  const session = it.identity.begin(7);
  const heard = await logout(it, cookies(session));
  expect([heard.status, heard.text]).toEqual([204, '']);
  expect(setCookies(heard)).toEqual(CLEARED);
  expect(told(it)).toEqual([
    expect.objectContaining({
      headers: expect.objectContaining({ authorization: bearer(session).Authorization }),
    }),
  ]);
});

test('outside localhost it clears the cookies that were set there', async () => {
  const it = await stage();
  const host = 'social.example.com';
  const heard = await logout(it, { Host: host, Origin: `https://${host}` });
  expect(setCookies(heard)).toEqual({ '__Host-access': '', '__Host-refresh': '' });
});

test('a session whose access token is over is renewed to be ended, and leaves no cookie behind', async () => {
  const it = await stage();
  const heard = await logout(it, cookies(it.identity.begin(7, { exp: justNow() })));
  expect(heard.status).toBe(204);
  expect(setCookies(heard)).toEqual(CLEARED);
  expect(told(it)).toHaveLength(1);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['without a session', {}],
  ['with other cookies', { Cookie: 'theme=dark' }],
  ['with a session that is over', cookies({ accessToken: 'x', refreshToken: 'spent' })],
])('%s there is nothing to do, and that is done', async (_, headers) => {
  const it = await stage();
  const heard = await logout(it, headers);
  expect(heard.status).toBe(204);
  expect(setCookies(heard)).toEqual(CLEARED);
  expect(told(it)).toEqual([]);
});

test('a session that Identity has ended already is over: that is what was wanted', async () => {
  const it = await stage();
  const session = it.identity.begin(7);
  await it.get('/api/friends', { headers: bearer(session) });
  it.identity.behave(answers(refuses('unauthenticated')));
  expect((await logout(it, cookies(session))).status).toBe(204);
});

describe('while Identity cannot be told', () => {
  const unreachable: readonly [string, (it: Stage) => Promise<void> | void, number, string][] = [
    ['is down', (it) => it.identity.refuse(), 503, 'upstream-unavailable'],
    ['has its breaker open', (it) => command(it, 'identity', 'open'), 503, 'upstream-unavailable'],
    ['answers 503', (it) => it.identity.behave(status(503)), 503, 'upstream-unavailable'],
    ['answers 500', (it) => it.identity.behave(status(500)), 502, 'upstream-invalid'],
    ['never answers', (it) => it.identity.behave(silent), 504, 'outcome-unknown'],
  ];

  test.each(unreachable)(
    'as it %s, the browser forgets all the same, and hears of it',
    async (_, strike, code, slug) => {
      const it = await stage({ env: { REQUEST_DEADLINE_MS: '500' } });
      const session = it.identity.begin(7);
      await it.get('/api/friends', { headers: bearer(session) });
      await strike(it);
      const heard = await logout(it, cookies(session));
      expectProblem(heard, code, slug, PATH);
      expect(setCookies(heard)).toEqual(CLEARED);
    },
  );

  test('a session that has to be renewed for it is forgotten, too', async () => {
    const it = await stage();
    await it.identity.refuse();
    const heard = await logout(it, cookies({ refreshToken: 'any' }));
    expectProblem(heard, 503, 'upstream-unavailable', PATH);
    expect(setCookies(heard)).toEqual(CLEARED);
  });
});

describe('an API client', () => {
  test('ends its session', async () => {
    const it = await stage();
    const heard = await it.get(PATH, { method: 'POST', headers: bearer(it.identity.begin(7)) });
    expect(heard.status).toBe(204);
    expect(told(it)).toHaveLength(1);
  });

  test('hears that its token is not good', async () => {
    const it = await stage();
    const headers = { Authorization: `Bearer ${it.identity.key.sign({ exp: justNow() })}` };
    expectProblem(await it.get(PATH, { method: 'POST', headers }), 401, 'unauthenticated', PATH);
    expect(told(it)).toEqual([]);
  });
});

test('a page that is not ours logs nobody out', async () => {
  const it = await stage();
  const session = cookies(it.identity.begin(7));
  const asked: readonly Readonly<Record<string, string>>[] = [
    { Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
  ];
  for (const sign of asked) {
    const heard = await it.get(PATH, { method: 'POST', headers: { ...session, ...sign } });
    expectProblem(heard, 403, 'forbidden', PATH);
    expect(setCookies(heard)).toEqual({});
  }
  expect(it.identity.seen).toEqual([]);
});
