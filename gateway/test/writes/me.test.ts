// The user's own account: reading, changing and deleting it, and what happens to the session.
import { describe, expect, test } from '@jest/globals';
import { emailOf, PASSWORD } from 'chassis/testing/users';
import { CONFIRMATION } from '../support/credentials.ts';
import { hangsUp } from '../support/faulty-responders.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, CLEARED, cookies, sameOrigin, setCookies } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import { always, problem, type Responder } from 'chassis/testing/stub-server';

/** User 7 in a browser and as an API client. The gateway has the keys. */
async function arrange() {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  await testbed.request('/api/friends', { headers: bearer(session) });
  testbed.identity.clearRequests();
  const browser = { ...cookies(session), ...sameOrigin(testbed) };
  const identityRequests = () =>
    testbed.identity.requests.map(({ method, path }) => `${method} ${path}`);
  return { testbed, session, browser, client: bearer(session), identityRequests };
}

const NEW_PASSWORD = { password: 'another that nobody logs', currentPassword: PASSWORD };

test('shows the e-mail address to its user, and to nobody else', async () => {
  const { testbed, browser, client, identityRequests } = await arrange();
  for (const headers of [browser, client]) {
    const response = await testbed.request('/api/me', { headers });
    expect(response.body).toEqual({ id: 7, username: 'user_7', email: emailOf(7) });
  }
  expect(identityRequests()).toEqual(['GET /api/me', 'GET /api/me']);
  expect((await testbed.request('/api/users/7', { headers: client })).text).not.toContain('@');
});

test('answers with a 401 when Identity has ended the session, and with a 503 while Identity is down', async () => {
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

test('passes a change on to Identity unchanged, and answers with the changed account', async () => {
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

describe('a new password', () => {
  test('keeps the session that changed it, in a browser and for an API client', async () => {
    const { testbed, browser, client, identityRequests } = await arrange();
    for (const headers of [browser, client]) {
      const response = await change(testbed, headers);
      expect([response.status, response.body]).toEqual([200, expect.objectContaining({ id: 7 })]);
      expect(setCookies(response)).toEqual({});
    }
    expect(identityRequests()).toEqual(['PATCH /api/me', 'PATCH /api/me']);
  });

  test('ends no session when it is rejected', async () => {
    const { testbed, browser, identityRequests } = await arrange();
    testbed.identity.respondWith(always(problem('forbidden', 'The current password is wrong.')));
    const response = await change(testbed, browser);
    expectProblem(response, 403, 'wrong-password', '/api/me');
    expect(setCookies(response)).toEqual({});
    expect(identityRequests()).toEqual(['PATCH /api/me']);
  });
});

describe('deleting the account', () => {
  test('deletes it at Identity, and ends the session in the browser', async () => {
    const { testbed, browser } = await arrange();
    const response = await testbed.request('/api/me', {
      method: 'DELETE',
      headers: browser,
      json: CONFIRMATION,
    });
    expect([response.status, response.text]).toEqual([204, '']);
    expect(setCookies(response)).toEqual({ ...CLEARED, device: '' });
    expect(testbed.identity.requests).toEqual([
      expect.objectContaining({ method: 'DELETE', body: CONFIRMATION }),
    ]);
  });

  test.each<[string, Responder, number]>([
    ['is rejected', always(problem('forbidden')), 403],
    ['has an unknown outcome', hangsUp, 504],
  ])('keeps the session when it %s', async (_, responder, status) => {
    const { testbed, browser } = await arrange();
    testbed.identity.respondWith(responder);
    const response = await testbed.request('/api/me', {
      method: 'DELETE',
      headers: browser,
      json: CONFIRMATION,
    });
    expect(response.status).toBe(status);
    expect(setCookies(response)).toEqual({});
  });
});
