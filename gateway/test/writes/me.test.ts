// One's own account: read, changed, left; and what becomes of the session.
import { describe, expect, test } from '@jest/globals';
import { emailOf, PASSWORD } from 'chassis/testing/users';
import { CONFIRMATION } from '../support/credentials.ts';
import { hangsUp } from '../support/faulty-responders.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, CLEARED, cookies, sameOrigin, setCookies } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import { always, problem, type Responder } from 'chassis/testing/stub-server';

/** User 7 in a browser and as an API client; the keys are known. */
async function arrange() {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  await testbed.request('/api/friends', { headers: bearer(session) });
  testbed.identity.clearRequests();
  const browser = { ...cookies(session), ...sameOrigin(testbed) };
  const asked = () => testbed.identity.requests.map(({ method, path }) => `${method} ${path}`);
  return { testbed, session, browser, client: bearer(session), asked };
}

const NEW_PASSWORD = { password: 'another that nobody logs', currentPassword: PASSWORD };

test('tells the user who asks, and nobody else, the e-mail', async () => {
  const { testbed, browser, client, asked } = await arrange();
  for (const headers of [browser, client]) {
    const response = await testbed.request('/api/me', { headers });
    expect(response.body).toEqual({ id: 7, username: 'user_7', email: emailOf(7) });
  }
  expect(asked()).toEqual(['GET /api/me', 'GET /api/me']);
  expect((await testbed.request('/api/users/7', { headers: client })).text).not.toContain('@');
});

test('is not to be had without Identity, and its end of a session is told', async () => {
  const { testbed, browser } = await arrange();
  testbed.identity.respondWith(
    always(
      problem('unauthenticated', 'Logged out.', { headers: { 'WWW-Authenticate': 'Bearer' } }),
    ),
  );
  expectProblem(
    await testbed.request('/api/me', { headers: browser }),
    401,
    'unauthenticated',
    '/api/me',
  );
  await testbed.identity.refuse();
  expectProblem(
    await testbed.request('/api/me', { headers: browser }),
    503,
    'upstream-unavailable',
    '/api/me',
  );
});

test('a change reaches Identity as it was given, and answers with what is now', async () => {
  const { testbed, browser } = await arrange();
  const json = { email: 'sun@secret.example', username: 'sun_dog', currentPassword: PASSWORD };
  const response = await testbed.request('/api/me', { method: 'PATCH', headers: browser, json });
  expect(response.body).toEqual({ id: 7, username: 'sun_dog', email: 'sun@secret.example' });
  expect(response.headers['cache-control']).toBe('no-store');
  expect(testbed.identity.requests).toEqual([
    expect.objectContaining({ method: 'PATCH', body: json }),
  ]);
  expect(setCookies(response)).toEqual({});
});

const change = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
  testbed.request('/api/me', { method: 'PATCH', headers, json: NEW_PASSWORD });
/** Lets the log-in that follows go so; the stub knows the old password only. */
const logInWith =
  (behaviour: Responder): Responder =>
  (turn) => {
    if (turn.req.url === '/api/sessions') behaviour(turn);
    else turn.respond();
  };

describe('a new password ends every session', () => {
  test('and a browser has another one at once', async () => {
    const { testbed, browser, asked } = await arrange();
    const next = testbed.identity.openSession(7);
    testbed.identity.respondWith(logInWith(always({ status: 201, body: next })));
    const response = await change(testbed, browser);
    expect([response.status, response.body]).toEqual([200, expect.objectContaining({ id: 7 })]);
    expect(asked()).toEqual(['PATCH /api/me', 'POST /api/sessions']);
    expect(testbed.identity.requests[1]?.body).toEqual({
      username: 'user_7',
      password: NEW_PASSWORD.password,
    });
    expect(setCookies(response)).toEqual({ access: next.accessToken, refresh: next.refreshToken });
  });

  test.each<[string, Responder]>([
    ['is refused', always(problem('unauthenticated'))],
    ['comes too often', always(problem('too-many-requests'))],
    ['fails', hangsUp],
  ])(
    'when that %s, the change is told all the same, and the browser has to log in',
    async (_, behaviour) => {
      const { testbed, browser } = await arrange();
      testbed.identity.respondWith(logInWith(behaviour));
      const response = await change(testbed, browser);
      expect(response.status).toBe(200);
      expect(setCookies(response)).toEqual(CLEARED);
    },
  );

  test('and an API client logs in by itself', async () => {
    const { testbed, client, asked } = await arrange();
    const response = await change(testbed, client);
    expect(response.status).toBe(200);
    expect(setCookies(response)).toEqual({});
    expect(asked()).toEqual(['PATCH /api/me']);
  });

  test('unless it is refused: then nothing ends', async () => {
    const { testbed, browser, asked } = await arrange();
    testbed.identity.respondWith(always(problem('forbidden', 'The current password is wrong.')));
    const response = await change(testbed, browser);
    expectProblem(response, 403, 'forbidden', '/api/me');
    expect(setCookies(response)).toEqual({});
    expect(asked()).toEqual(['PATCH /api/me']);
  });
});

describe('leaving', () => {
  test('tells Identity, and ends the session in the browser', async () => {
    const { testbed, browser } = await arrange();
    const response = await testbed.request('/api/me', {
      method: 'DELETE',
      headers: browser,
      json: CONFIRMATION,
    });
    expect([response.status, response.text]).toEqual([204, '']);
    expect(setCookies(response)).toEqual(CLEARED);
    expect(testbed.identity.requests).toEqual([
      expect.objectContaining({ method: 'DELETE', body: CONFIRMATION }),
    ]);
  });

  test.each<[string, Responder, number]>([
    ['refused', always(problem('forbidden')), 403],
    ['not known to be done', hangsUp, 504],
  ])('when it is %s, the session is kept', async (_, behaviour, status) => {
    const { testbed, browser } = await arrange();
    testbed.identity.respondWith(behaviour);
    const response = await testbed.request('/api/me', {
      method: 'DELETE',
      headers: browser,
      json: CONFIRMATION,
    });
    expect(response.status).toBe(status);
    expect(setCookies(response)).toEqual({});
  });
});
