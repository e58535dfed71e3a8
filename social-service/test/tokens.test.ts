// Only an access token that Identity's keys verify identifies a user.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadDocument } from 'contracts/document';
import { SignJWT } from 'jose';
import type { RequestOptions } from 'chassis/testing/http-client';
import { type Claims, claimsOf, signingKey, unsigned } from 'chassis/testing/tokens';
import { accessToken, socialTokens } from 'contracts/tokens';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { startTestSocial, type TestSocial } from './support/service.ts';
import { until } from 'chassis/testing/until';

let database: TestDatabase;
let social: TestSocial;
beforeAll(async () => {
  database = await embeddedDatabase();
  social = await startTestSocial(database, { DEMO_DATA: 'true' });
});
afterAll(async () => {
  await social.stop();
  await database.remove();
});

const past = Math.floor(Date.now() / 1000) - 10;
const stranger = signingKey(accessToken);
const sign = (claims: Claims = {}, header = {}) =>
  social.identity.key.sign({ sub: '1', ...claims }, header);

// Requests that claim to be from user 1, without a valid token of user 1.
const impostors: readonly [string, () => Promise<Record<string, string>>][] = [
  ['no token', async () => ({})],
  ['an expired token', async () => bearer(sign({ exp: past }))],
  ['a token that another key signed', async () => bearer(stranger.sign({ sub: '1' }))],
  ['a token for another audience', async () => bearer(sign({ aud: 'urn:elsewhere' }))],
  ['a token of another issuer', async () => bearer(sign({ iss: 'urn:somebody' }))],
  ['a token of another type', async () => bearer(sign({}, { typ: 'JWT' }))],
  ['a token without a signature', async () => bearer(unsigned(sign()))],
  ['a token whose secret is the public key', async () => bearer(await withPublicKey())],
  ['a token without a session', async () => bearer(sign({ sid: undefined }))],
  ['a token in a cookie', async () => ({ Cookie: `access=${sign()}` })],
  ['a token of another scheme', async () => ({ Authorization: `Basic ${sign()}` })],
  [
    'headers with a user id',
    async () => ({ 'X-User-Id': '1', 'X-Forwarded-User': '1', 'X-Authenticated-Userid': '1' }),
  ],
];
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

async function withPublicKey(): Promise<string> {
  const secret = Buffer.from(String(social.identity.key.jwk.x), 'base64url');
  return new SignJWT(claimsOf(sign()))
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: social.identity.key.jwk.kid! })
    .sign(secret);
}

const content = { content: 'x' };
const routes: readonly [string, RequestOptions & { readonly path: string }][] = [
  ['createPost', { path: '/api/posts', method: 'POST', json: content }],
  ['updatePost', { path: '/api/posts/5', method: 'PATCH', json: content }],
  ['deletePost', { path: '/api/posts/5', method: 'DELETE' }],
  ['getFeed', { path: '/api/feed' }],
  ['listFriends', { path: '/api/friends' }],
  ['listFriendRequests', { path: '/api/friend-requests' }],
  ['getFriendship', { path: '/api/friends/2' }],
  ['getOwnCounts', { path: '/api/counts' }],
  ['putFriend', { path: '/api/friends/2', method: 'PUT' }],
  ['deleteFriend', { path: '/api/friends/2', method: 'DELETE' }],
];

test.each(Object.values(socialTokens.audience))('a token for %s is accepted', async (aud) => {
  const answer = await social.request('/api/feed', { headers: bearer(sign({ aud })) });
  expect(answer.status).toBe(200);
});

test('every operation that requires a token is in this table', () => {
  const operations = Object.values(loadDocument('social').paths).flatMap((path) =>
    Object.values(path),
  ) as { operationId?: string; security?: readonly object[] }[];
  // Tokens of readers of the log are no access tokens.
  const wanting = operations.filter(
    ({ security = [] }) => security.length > 0 && !security.some((scheme) => 'reader' in scheme),
  );
  const names = routes.map(([name]) => name);
  expect(new Set(wanting.map(({ operationId }) => operationId))).toEqual(new Set(names));
});

describe.each(routes)('%s', (_, { path, ...options }) => {
  test.each(impostors)('is a 401 that says how to authenticate, with %s', async (__, headersOf) => {
    const answer = await social.request(path, { ...options, headers: await headersOf() });
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });
});

test('no rejected request has changed anything', async () => {
  const demo = await social.request('/api/posts/5');
  expect(demo.body).toMatchObject({ content: expect.stringContaining('Cats are great') });
  expect((await social.request('/api/users/1/counts')).body).toEqual({
    postCount: 4,
    friendCount: 3,
  });
});

test('a header with a user id is ignored beside a valid token', async () => {
  const headers = { 'X-User-Id': '1' };
  expect((await social.requestAs(6, '/api/friends', { headers })).body).toMatchObject({
    items: [],
  });
});

test('a public resource needs no token, and ignores an invalid one', async () => {
  const headers = bearer('nonsense');
  expect((await social.request('/api/posts/5', { headers })).status).toBe(200);
});

test('the keys are requested once, and tokens are accepted while Identity is down', async () => {
  for (const userId of [1, 2, 3])
    expect((await social.requestAs(userId, '/api/feed')).status).toBe(200);
  expect(social.identity.count(/jwks/)).toBe(1);
  social.identity.disconnect();
  expect((await social.requestAs(1, '/api/feed')).status).toBe(200);
  const answer = await social.request('/api/feed', {
    headers: bearer(stranger.sign({ sub: '1' })),
  });
  expect(answer.status).toBe(401);
});

test('a token is a 503 with Retry-After until the keys are there; the service gets them by itself', async () => {
  const own = await embeddedDatabase();
  const started = await startTestSocial(own, {}, 'disconnect');
  const refused = await started.requestAs(1, '/api/feed');
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
  expect((await started.request('/api/feed')).status).toBe(401);
  expect((await started.request('/api/posts?authorId=1')).status).toBe(200);

  started.identity.reconnect();
  await until('the keys are there', async () => {
    const { status } = await started.requestAs(1, '/api/feed');
    expect([200, 503]).toContain(status);
    return status === 200;
  });
  await started.stop();
  await own.remove();
});
