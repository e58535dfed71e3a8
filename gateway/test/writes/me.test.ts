// One's own account: read, changed, left; and what becomes of the session.
import { describe, expect, test } from '@jest/globals';
import { emailOf, PASSWORD } from '../support/accounts.ts';
import { hangsUp } from '../support/behaviours.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, CLEARED, cookies, ownPage, setCookies } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';
import { answers, refuses, type Behaviour } from '../support/upstream.ts';

/** User 7 in a browser and as an API client; the keys are known. */
async function arrange() {
  const it = await stage();
  const session = it.identity.begin(7);
  await it.get('/api/friends', { headers: bearer(session) });
  it.identity.forget();
  const browser = { ...cookies(session), ...ownPage(it) };
  const asked = () => it.identity.seen.map(({ method, path }) => `${method} ${path}`);
  return { it, session, browser, client: bearer(session), asked };
}

const NEW_PASSWORD = { password: 'another that nobody logs', currentPassword: PASSWORD };
const SURE = { currentPassword: PASSWORD };

test('tells the user who asks, and nobody else, the e-mail', async () => {
  const { it, browser, client, asked } = await arrange();
  for (const headers of [browser, client]) {
    const heard = await it.get('/api/me', { headers });
    expect(heard.body).toEqual({ id: 7, username: 'user_7', email: emailOf(7) });
  }
  expect(asked()).toEqual(['GET /api/me', 'GET /api/me']);
  expect((await it.get('/api/users/7', { headers: client })).text).not.toContain('@');
});

test('is not to be had without Identity, and its end of a session is told', async () => {
  const { it, browser } = await arrange();
  it.identity.behave(
    answers(
      refuses('unauthenticated', 'Logged out.', { headers: { 'WWW-Authenticate': 'Bearer' } }),
    ),
  );
  expectProblem(await it.get('/api/me', { headers: browser }), 401, 'unauthenticated', '/api/me');
  await it.identity.refuse();
  expectProblem(
    await it.get('/api/me', { headers: browser }),
    503,
    'upstream-unavailable',
    '/api/me',
  );
});

test('a change reaches Identity as it was given, and answers with what is now', async () => {
  const { it, browser } = await arrange();
  const json = { email: 'sun@secret.example', username: 'sun_dog', currentPassword: PASSWORD };
  const heard = await it.get('/api/me', { method: 'PATCH', headers: browser, json });
  expect(heard.body).toEqual({ id: 7, username: 'sun_dog', email: 'sun@secret.example' });
  expect(heard.headers['cache-control']).toBe('no-store');
  expect(it.identity.seen).toEqual([expect.objectContaining({ method: 'PATCH', body: json })]);
  expect(setCookies(heard)).toEqual({});
});

const change = (it: Stage, headers: Readonly<Record<string, string>>) =>
  it.get('/api/me', { method: 'PATCH', headers, json: NEW_PASSWORD });
/** Lets the log-in that follows go so; the stub knows the old password only. */
const logInWith =
  (behaviour: Behaviour): Behaviour =>
  (turn) => {
    if (turn.req.url === '/api/sessions') behaviour(turn);
    else turn.answer();
  };

describe('a new password ends every session', () => {
  test('and a browser has another one at once', async () => {
    const { it, browser, asked } = await arrange();
    const next = it.identity.begin(7);
    it.identity.behave(logInWith(answers({ status: 201, body: next })));
    const heard = await change(it, browser);
    expect([heard.status, heard.body]).toEqual([200, expect.objectContaining({ id: 7 })]);
    expect(asked()).toEqual(['PATCH /api/me', 'POST /api/sessions']);
    expect(it.identity.seen[1]?.body).toEqual({
      username: 'user_7',
      password: NEW_PASSWORD.password,
    });
    expect(setCookies(heard)).toEqual({ access: next.accessToken, refresh: next.refreshToken });
  });

  test.each<[string, Behaviour]>([
    ['is refused', answers(refuses('unauthenticated'))],
    ['comes too often', answers(refuses('too-many-requests'))],
    ['fails', hangsUp],
  ])(
    'when that %s, the change is told all the same, and the browser has to log in',
    async (_, behaviour) => {
      const { it, browser } = await arrange();
      it.identity.behave(logInWith(behaviour));
      const heard = await change(it, browser);
      expect(heard.status).toBe(200);
      expect(setCookies(heard)).toEqual(CLEARED);
    },
  );

  test('and an API client logs in by itself', async () => {
    const { it, client, asked } = await arrange();
    const heard = await change(it, client);
    expect(heard.status).toBe(200);
    expect(setCookies(heard)).toEqual({});
    expect(asked()).toEqual(['PATCH /api/me']);
  });

  test('unless it is refused: then nothing ends', async () => {
    const { it, browser, asked } = await arrange();
    it.identity.behave(answers(refuses('forbidden', 'The current password is wrong.')));
    const heard = await change(it, browser);
    expectProblem(heard, 403, 'forbidden', '/api/me');
    expect(setCookies(heard)).toEqual({});
    expect(asked()).toEqual(['PATCH /api/me']);
  });
});

describe('leaving', () => {
  test('tells Identity, and ends the session in the browser', async () => {
    const { it, browser } = await arrange();
    const heard = await it.get('/api/me', { method: 'DELETE', headers: browser, json: SURE });
    expect([heard.status, heard.text]).toEqual([204, '']);
    expect(setCookies(heard)).toEqual(CLEARED);
    expect(it.identity.seen).toEqual([expect.objectContaining({ method: 'DELETE', body: SURE })]);
  });

  test.each<[string, Behaviour, number]>([
    ['refused', answers(refuses('forbidden')), 403],
    ['not known to be done', hangsUp, 504],
  ])('when it is %s, the session is kept', async (_, behaviour, status) => {
    const { it, browser } = await arrange();
    it.identity.behave(behaviour);
    const heard = await it.get('/api/me', { method: 'DELETE', headers: browser, json: SURE });
    expect(heard.status).toBe(status);
    expect(setCookies(heard)).toEqual({});
  });
});
