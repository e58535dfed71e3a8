// Logging out: Identity ends the session, and then the cookies are cleared.
import { describe, expect, test } from '@jest/globals';
import { commandBreaker } from '../support/breakers.ts';
import { silent, status } from '../support/faulty-responders.ts';
import { expectProblem } from '../support/expectations.ts';
import {
  bearer,
  CLEARED,
  cookies,
  justExpired,
  sameOrigin,
  setCookies,
} from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import { always, problem } from 'chassis/testing/stub-server';

const PATH = '/api/auth/logout';
const logout = (testbed: Testbed, headers: Readonly<Record<string, string>>) =>
  testbed.request(PATH, { method: 'POST', headers: { ...sameOrigin(testbed), ...headers } });
const logouts = ({ identity }: Testbed) =>
  identity.requests.filter(
    ({ method, path }) => `${method} ${path}` === 'DELETE /api/sessions/current',
  );

test('ends the session at Identity, clears the cookies, and answers with an empty 204', async () => {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  const response = await logout(testbed, cookies(session));
  expect([response.status, response.text]).toEqual([204, '']);
  expect(setCookies(response)).toEqual(CLEARED);
  expect(logouts(testbed)).toEqual([
    expect.objectContaining({
      headers: expect.objectContaining({ authorization: bearer(session).Authorization }),
    }),
  ]);
});

test('clears the cookies with the __Host- prefix outside localhost', async () => {
  const testbed = await startTestbed();
  const host = 'social.example.com';
  const response = await logout(testbed, { Host: host, Origin: `https://${host}` });
  expect(setCookies(response)).toEqual({ '__Host-access': '', '__Host-refresh': '' });
});

test('refreshes a session whose access token has expired to end it, and clears its cookies', async () => {
  const testbed = await startTestbed();
  const response = await logout(
    testbed,
    cookies(testbed.identity.openSession(7, { exp: justExpired() })),
  );
  expect(response.status).toBe(204);
  expect(setCookies(response)).toEqual(CLEARED);
  expect(logouts(testbed)).toHaveLength(1);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['without a session', {}],
  ['with other cookies', { Cookie: 'theme=dark' }],
  ['with a session that has ended', cookies({ accessToken: 'x', refreshToken: 'spent' })],
])(
  '%s answers with a 204, clears the cookies, and ends no session at Identity',
  async (_, headers) => {
    const testbed = await startTestbed();
    const response = await logout(testbed, headers);
    expect(response.status).toBe(204);
    expect(setCookies(response)).toEqual(CLEARED);
    expect(logouts(testbed)).toEqual([]);
  },
);

test('answers with a 204 when Identity has ended the session already', async () => {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  await testbed.request('/api/friends', { headers: bearer(session) });
  testbed.identity.respondWith(always(problem('unauthenticated')));
  expect((await logout(testbed, cookies(session))).status).toBe(204);
});

describe('while Identity is unavailable', () => {
  const unreachable: readonly [
    string,
    (testbed: Testbed) => Promise<void> | void,
    number,
    string,
  ][] = [
    ['is down', (testbed) => testbed.identity.refuse(), 503, 'upstream-unavailable'],
    [
      'has its breaker open',
      (testbed) => commandBreaker(testbed, 'identity', 'open'),
      503,
      'upstream-unavailable',
    ],
    [
      'answers 503',
      (testbed) => testbed.identity.respondWith(status(503)),
      503,
      'upstream-unavailable',
    ],
    [
      'answers 500',
      (testbed) => testbed.identity.respondWith(status(500)),
      502,
      'upstream-invalid',
    ],
    ['never answers', (testbed) => testbed.identity.respondWith(silent), 504, 'outcome-unknown'],
  ];

  test.each(unreachable)(
    'the cookies stay and the answer names the failure when Identity %s',
    async (_, inject, code, slug) => {
      const testbed = await startTestbed({ env: { REQUEST_DEADLINE_MS: '500' } });
      const session = testbed.identity.openSession(7);
      await testbed.request('/api/friends', { headers: bearer(session) });
      await inject(testbed);
      const response = await logout(testbed, cookies(session));
      expectProblem(response, code, slug, PATH);
      expect(setCookies(response)).toEqual({});
    },
  );

  test('the log-out can be repeated with the same cookies when Identity is back', async () => {
    const testbed = await startTestbed();
    const session = testbed.identity.openSession(7);
    await testbed.request('/api/friends', { headers: bearer(session) });
    await commandBreaker(testbed, 'identity', 'open');
    expect((await logout(testbed, cookies(session))).status).toBe(503);
    expect(logouts(testbed)).toEqual([]);
    await commandBreaker(testbed, 'identity', 'close');
    const response = await logout(testbed, cookies(session));
    expect([response.status, setCookies(response)]).toEqual([204, CLEARED]);
    expect(logouts(testbed)).toHaveLength(1);
  });

  test('the tokens of a session that was refreshed for the log-out reach the browser', async () => {
    const testbed = await startTestbed();
    const session = testbed.identity.openSession(7, { exp: justExpired() });
    testbed.identity.respondWith((exchange) => {
      if (exchange.req.method === 'DELETE') status(503)(exchange);
      else exchange.respond();
    });
    const response = await logout(testbed, cookies(session));
    expectProblem(response, 503, 'upstream-unavailable', PATH);
    const { access, refresh } = setCookies(response);
    expect(access).toMatch(/./);
    expect(refresh).toMatch(/./);
    expect(refresh).not.toBe(session.refreshToken);
  });

  test('the cookies of a session that needs a refresh stay, too', async () => {
    const testbed = await startTestbed();
    await testbed.identity.refuse();
    const response = await logout(testbed, cookies({ refreshToken: 'any' }));
    expectProblem(response, 503, 'upstream-unavailable', PATH);
    expect(setCookies(response)).toEqual({});
  });
});

describe('an API client', () => {
  test('ends its session', async () => {
    const testbed = await startTestbed();
    const response = await testbed.request(PATH, {
      method: 'POST',
      headers: bearer(testbed.identity.openSession(7)),
    });
    expect(response.status).toBe(204);
    expect(logouts(testbed)).toHaveLength(1);
  });

  test('gets a 401 for an expired token', async () => {
    const testbed = await startTestbed();
    const headers = {
      Authorization: `Bearer ${testbed.identity.key.sign({ exp: justExpired() })}`,
    };
    expectProblem(
      await testbed.request(PATH, { method: 'POST', headers }),
      401,
      'unauthenticated',
      PATH,
    );
    expect(logouts(testbed)).toEqual([]);
  });
});

test('rejects a foreign page, and ends no session', async () => {
  const testbed = await startTestbed();
  const session = cookies(testbed.identity.openSession(7));
  const foreignHeaders: readonly Readonly<Record<string, string>>[] = [
    { Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
  ];
  for (const originHeaders of foreignHeaders) {
    const response = await testbed.request(PATH, {
      method: 'POST',
      headers: { ...session, ...originHeaders },
    });
    expectProblem(response, 403, 'forbidden', PATH);
    expect(setCookies(response)).toEqual({});
  }
  expect(testbed.identity.requests).toEqual([]);
});
