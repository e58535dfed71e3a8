// Logging out: the browser forgets the session whatever happens, and Identity is told.
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
const told = ({ identity }: Testbed) =>
  identity.requests.filter(
    ({ method, path }) => `${method} ${path}` === 'DELETE /api/sessions/current',
  );

test('a session ends: Identity is told whose, the cookies are cleared, the answer is empty', async () => {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  const response = await logout(testbed, cookies(session));
  expect([response.status, response.text]).toEqual([204, '']);
  expect(setCookies(response)).toEqual(CLEARED);
  expect(told(testbed)).toEqual([
    expect.objectContaining({
      headers: expect.objectContaining({ authorization: bearer(session).Authorization }),
    }),
  ]);
});

test('outside localhost it clears the cookies that were set there', async () => {
  const testbed = await startTestbed();
  const host = 'social.example.com';
  const response = await logout(testbed, { Host: host, Origin: `https://${host}` });
  expect(setCookies(response)).toEqual({ '__Host-access': '', '__Host-refresh': '' });
});

test('a session whose access token is over is renewed to be ended, and leaves no cookie behind', async () => {
  const testbed = await startTestbed();
  const response = await logout(
    testbed,
    cookies(testbed.identity.openSession(7, { exp: justExpired() })),
  );
  expect(response.status).toBe(204);
  expect(setCookies(response)).toEqual(CLEARED);
  expect(told(testbed)).toHaveLength(1);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['without a session', {}],
  ['with other cookies', { Cookie: 'theme=dark' }],
  ['with a session that is over', cookies({ accessToken: 'x', refreshToken: 'spent' })],
])('%s there is nothing to do, and that is done', async (_, headers) => {
  const testbed = await startTestbed();
  const response = await logout(testbed, headers);
  expect(response.status).toBe(204);
  expect(setCookies(response)).toEqual(CLEARED);
  expect(told(testbed)).toEqual([]);
});

test('a session that Identity has ended already is over: that is what was wanted', async () => {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  await testbed.request('/api/friends', { headers: bearer(session) });
  testbed.identity.respondWith(always(problem('unauthenticated')));
  expect((await logout(testbed, cookies(session))).status).toBe(204);
});

describe('while Identity cannot be told', () => {
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
    'as it %s, the browser forgets all the same, and hears of it',
    async (_, strike, code, slug) => {
      const testbed = await startTestbed({ env: { REQUEST_DEADLINE_MS: '500' } });
      const session = testbed.identity.openSession(7);
      await testbed.request('/api/friends', { headers: bearer(session) });
      await strike(testbed);
      const response = await logout(testbed, cookies(session));
      expectProblem(response, code, slug, PATH);
      expect(setCookies(response)).toEqual(CLEARED);
    },
  );

  test('a session that has to be renewed for it is forgotten, too', async () => {
    const testbed = await startTestbed();
    await testbed.identity.refuse();
    const response = await logout(testbed, cookies({ refreshToken: 'any' }));
    expectProblem(response, 503, 'upstream-unavailable', PATH);
    expect(setCookies(response)).toEqual(CLEARED);
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
    expect(told(testbed)).toHaveLength(1);
  });

  test('hears that its token is not good', async () => {
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
    expect(told(testbed)).toEqual([]);
  });
});

test('a page that is not ours logs nobody out', async () => {
  const testbed = await startTestbed();
  const session = cookies(testbed.identity.openSession(7));
  const asked: readonly Readonly<Record<string, string>>[] = [
    { Origin: 'https://evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
  ];
  for (const sign of asked) {
    const response = await testbed.request(PATH, {
      method: 'POST',
      headers: { ...session, ...sign },
    });
    expectProblem(response, 403, 'forbidden', PATH);
    expect(setCookies(response)).toEqual({});
  }
  expect(testbed.identity.requests).toEqual([]);
});
