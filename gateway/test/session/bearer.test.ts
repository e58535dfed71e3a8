// API clients: only the bearer token identifies the user.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { expectProblem } from '../support/expectations.ts';
import { bearer, cookies, justExpired, setCookies } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import { signingKey, unsigned } from 'chassis/testing/tokens';
import { accessToken, socialToken } from 'contracts/tokens';
import type { StubServer } from 'chassis/testing/stub-server';

const post = (testbed: Testbed, path: string, json: object, headers: Record<string, string> = {}) =>
  testbed.request(path, { method: 'POST', json, headers });

describe('/api/auth/token', () => {
  test('issues tokens for a password in the body, and sets no cookie', async () => {
    const testbed = await startTestbed();
    const response = await post(testbed, '/api/auth/token', {
      username: 'user_7',
      password: PASSWORD,
    });
    expect(response.body).toEqual({
      accessToken: expect.stringMatching(/^eyJ/),
      refreshToken: expect.stringMatching(/^refresh-secret/),
      expiresIn: 300,
    });
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      ratelimit: '"account";r=9;t=900',
    });
    expect(setCookies(response)).toEqual({});
    const { accessToken: token } = response.body as { accessToken: string };
    const feed = await testbed.request('/api/feed', { headers: bearer({ accessToken: token }) });
    expect(feed.status).toBe(200);
  });

  test('issues the next tokens for a refresh token, once', async () => {
    const testbed = await startTestbed();
    const { refreshToken } = testbed.identity.openSession(7);
    const response = await post(testbed, '/api/auth/token', { refreshToken });
    expect(response.body).toMatchObject({ accessToken: expect.stringMatching(/^eyJ/) });
    const again = await post(testbed, '/api/auth/token', { refreshToken });
    expectProblem(again, 401, 'unauthenticated', '/api/auth/token');
    expect(again.headers['www-authenticate']).toBe('Bearer');
  });

  test('ignores cookies', async () => {
    const testbed = await startTestbed();
    const headers = cookies(testbed.identity.openSession(7));
    expect((await post(testbed, '/api/auth/token', {}, headers)).status).toBe(400);
    expect(testbed.identity.requests).toHaveLength(0);
  });
});

test('Social gets the token that is good for Social alone, and Identity the client’s own', async () => {
  const testbed = await startTestbed();
  const inner = testbed.identity.key.sign({ aud: socialToken.audience });
  const tokens = { [socialToken.audience]: inner };
  const headers = bearer({ accessToken: testbed.identity.key.sign({ tokens } as never) });
  for (const [method, path, json] of [
    ['GET', '/api/feed', undefined],
    ['GET', '/api/friends', undefined],
    ['GET', '/api/friends/requests', undefined],
    ['PUT', '/api/friends/9', undefined],
    ['DELETE', '/api/friends/9', undefined],
    ['POST', '/api/posts', { content: 'x' }],
    ['PATCH', '/api/posts/7', { content: 'x' }],
    ['DELETE', '/api/posts/7', undefined],
  ] as const)
    await testbed.request(path, { method, headers, ...(json && { json }) });
  expect(sentTokens(testbed.social)).toEqual(Array.from({ length: 8 }, () => `Bearer ${inner}`));
  await testbed.request('/api/me', { headers });
  expect(sentTokens(testbed.identity)).toEqual([headers.Authorization]);
  expect(inner).not.toBe(headers.Authorization);
  const rejected = await testbed.request('/api/feed', { headers: bearer({ accessToken: inner }) });
  expectProblem(rejected, 401, 'unauthenticated', '/api/feed');
});

const sentTokens = ({ requests }: StubServer) =>
  requests.map(({ headers }) => headers.authorization).filter((text) => text !== undefined);

describe('an invalid token', () => {
  const PAST = justExpired();
  test.each<[string, (testbed: Testbed) => string]>([
    ['that has expired', (testbed) => testbed.identity.key.sign({ exp: PAST })],
    ['of another key with the same id', () => signingKey(accessToken, 'key-1').sign()],
    ['without a signature', (testbed) => unsigned(testbed.identity.key.sign())],
    ['for another audience', (testbed) => testbed.identity.key.sign({ aud: 'urn:elsewhere' })],
    ['of another issuer', (testbed) => testbed.identity.key.sign({ iss: 'urn:elsewhere' })],
    ['without an expiry', (testbed) => testbed.identity.key.sign({ exp: undefined })],
    ['whose subject is no user id', (testbed) => testbed.identity.key.sign({ sub: 'admin' })],
    ['that is a refresh token', (testbed) => testbed.identity.openSession(7).refreshToken],
    ['of another type', (testbed) => testbed.identity.key.sign({}, { typ: 'JWT' })],
    [
      'that is larger than tokens are',
      (testbed) => testbed.identity.key.sign({ more: 'x'.repeat(4000) }),
    ],
  ])('%s is a 401, without a refresh and without a change of cookies', async (_, tokenOf) => {
    const testbed = await startTestbed();
    const headers = {
      Authorization: `Bearer ${tokenOf(testbed)}`,
      // These cookies are valid.
      ...cookies(testbed.identity.openSession(8)),
    };
    const response = await testbed.request('/api/feed', { headers });
    expectProblem(response, 401, 'unauthenticated', '/api/feed');
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(setCookies(response)).toEqual({});
    expect(testbed.identity.count(/sessions/)).toBe(0);
    expect(testbed.social.requests).toHaveLength(0);
  });
});

test('the token identifies the user, although cookies of another user come along', async () => {
  const testbed = await startTestbed();
  const [client, browser] = [testbed.identity.openSession(7), testbed.identity.openSession(8)];
  const response = await testbed.request('/api/me', {
    headers: { ...cookies(browser), ...bearer(client) },
  });
  expect(response.body).toMatchObject({ id: 7 });
  expect(setCookies(response)).toEqual({});
});

test('a write with a token needs no page of the gateway, whatever its Origin and Sec-Fetch-Site', async () => {
  const testbed = await startTestbed();
  const session = testbed.identity.openSession(7);
  const json = { content: 'From a script.' };
  for (const originHeaders of [
    {},
    { Origin: 'https://elsewhere.example' },
    { 'Sec-Fetch-Site': 'none' },
  ]) {
    const response = await post(testbed, '/api/posts', json, {
      ...bearer(session),
      ...cookies(session),
      ...originHeaders,
    });
    expect(response.status).toBe(201);
  }
});

const PRIVATE = ['/api/feed', '/api/friends', '/api/friends/requests', '/api/me'];

test.each(PRIVATE)(
  '%s without a session is a 401, without a request to an upstream',
  async (path) => {
    const testbed = await startTestbed();
    for (const headers of [{}, { Cookie: 'theme=dark' }, { 'X-User-Id': '7' }]) {
      const response = await testbed.request(path, { headers });
      expectProblem(response, 401, 'unauthenticated', path);
      expect(response.headers['www-authenticate']).toBe('Bearer');
    }
    expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]);
  },
);

test('a token is checked also when Identity went down before the first token arrived', async () => {
  const { request, identity } = await startTestbed();
  const headers = bearer(identity.openSession(7));
  await identity.refuse();
  expect((await request('/api/feed', { headers })).status).toBe(200);
});
