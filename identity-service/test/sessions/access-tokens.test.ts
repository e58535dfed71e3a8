// Access tokens: what they contain, who can verify them, and how they survive a rotation of keys.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createVerifier } from 'chassis/auth/access-token';
import type { Database } from 'chassis/postgres/database';
import { accessToken, socialToken, socialTokens } from 'contracts/tokens';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { embeddedDatabase, type TestDatabase } from 'chassis/testing/database';
import { createKeyStore, type KeyStore } from '../../src/sessions/key-store.ts';
import type { Schema } from '../../src/schema.ts';
import { createAccessTokens, type AccessTokens } from '../../src/sessions/access-tokens.ts';
import { type Clock, fakeClock } from '../support/clock.ts';
import { openTestDatabase } from '../support/database.ts';

const MINUTE_MS = 60_000;
const session = {
  id: '7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11',
  user: { id: 9_007_199_254_740_991, username: 'cat_sun_dog' },
  refreshToken: 'opaque',
};

let testDatabase: TestDatabase;
let database: Database<Schema>;
let clock: Clock;
let store: KeyStore;
let tokens: AccessTokens;

beforeAll(async () => {
  testDatabase = await embeddedDatabase();
  database = await openTestDatabase(testDatabase);
});
afterAll(async () => {
  await database.close();
  await testDatabase.remove();
});
beforeEach(async () => {
  await database.db.deleteFrom('signing_keys').execute();
  clock = fakeClock(new Date().toISOString());
  store = createKeyStore(database.db, { maxAgeMs: Infinity, now: clock.now });
  tokens = createAccessTokens(store, 300, clock.now);
});

const issued = async (): Promise<string> => (await tokens.issue(session)).accessToken;
const kidOf = (token: string) => decodeProtectedHeader(token).kid;
/** Verifies a token as another service does, at the test's time. */
const isGood = (token: string, keys: JWTVerifyGetKey): Promise<boolean> =>
  jwtVerify(token, keys, {
    issuer: accessToken.issuer,
    audience: accessToken.audience,
    algorithms: [accessToken.algorithm],
    typ: accessToken.type,
    currentDate: new Date(clock.now()),
  }).then(
    () => true,
    () => false,
  );
const publishedNow = async () => createLocalJWKSet(await tokens.published());

test('a token has exactly these fields, and no name or e-mail', async () => {
  const token = await issued();
  const [key] = await store.all();
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: key!.kid });
  const iat = Math.floor(clock.now() / 1000);
  expect(decodeJwt(token)).toEqual({
    iss: 'urn:social-network:identity',
    aud: 'urn:social-network:services',
    sub: '9007199254740991',
    iat,
    exp: iat + 300,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    sid: session.id,
    tokens: { 'urn:social-network:social': expect.stringMatching(/^eyJ/) },
  });
  expect(decodeJwt(await issued()).jti).not.toBe(decodeJwt(token).jti);
});

test('a token contains one for Social, which neither Identity nor the gateway accepts', async () => {
  const token = await issued();
  const { tokens: inner } = decodeJwt<{ tokens: Record<string, string> }>(token);
  const forSocial = inner[socialToken.audience]!;
  const { jti, aud, ...claims } = decodeJwt(forSocial);
  expect(aud).toBe('urn:social-network:social');
  expect(jti).not.toBe(decodeJwt(token).jti);
  expect(decodeJwt(token)).toMatchObject(claims);
  const keys = await publishedNow();
  expect(await createVerifier(keys, socialTokens)(forSocial)).toMatchObject({
    userId: session.user.id,
  });
  await expect(createVerifier(keys, accessToken)(forSocial)).rejects.toMatchObject({
    slug: 'unauthenticated',
  });
});

test('only the public halves of the keys are published', async () => {
  const [key] = await store.all();
  expect(await tokens.published()).toEqual({
    keys: [
      { kty: 'OKP', crv: 'Ed25519', kid: key!.kid, x: key!.privateJwk.x, alg: 'EdDSA', use: 'sig' },
    ],
  });
  expect(JSON.stringify(await tokens.published())).not.toContain(key!.privateJwk.d);
});

test('the published keys verify a token, and so do the service’s own', async () => {
  const token = await issued();
  for (const keys of [await publishedNow(), tokens.keys]) {
    expect(await createVerifier(keys, accessToken)(token)).toMatchObject({
      userId: session.user.id,
      sessionId: session.id,
    });
  }
});

test('a token of a key that is not published is a 401', async () => {
  const token = await issued();
  await database.db.deleteFrom('signing_keys').execute();
  const others = createAccessTokens(createKeyStore(database.db, { maxAgeMs: Infinity }), 300);
  await expect(createVerifier(others.keys, accessToken)(token)).rejects.toMatchObject({
    slug: 'unauthenticated',
  });
});

test('every token is valid until it expires, also after a rotation of keys and with cached keys', async () => {
  let cached = await publishedNow();
  const before = await issued();
  clock.advance(MINUTE_MS);
  await store.rotate();
  // The keys from before are still sufficient: the new key does not sign yet.
  clock.advance(MINUTE_MS - 1);
  const during = await issued();
  expect(kidOf(during)).toBe(kidOf(before));
  expect(await isGood(during, cached)).toBe(true);
  cached = await publishedNow();

  clock.advance(1);
  const after = await issued();
  expect(kidOf(after)).not.toBe(kidOf(before));
  expect(await isGood(after, cached)).toBe(true);

  // Until the last second of the last token of the old key.
  clock.advance(4 * MINUTE_MS + 58_000);
  await store.maintain();
  expect(await isGood(during, await publishedNow())).toBe(true);
  expect(await isGood(during, tokens.keys)).toBe(true);
  clock.advance(MINUTE_MS + 2_000);
  await store.maintain();
  expect((await tokens.published()).keys.map(({ kid }) => kid)).toEqual([kidOf(after)]);
});

test('a token with a shorter lifetime expires sooner, and says so', async () => {
  const short = createAccessTokens(store, 10, clock.now);
  const { accessToken: token, expiresIn } = await short.issue(session);
  const { iat, exp } = decodeJwt(token);
  expect([expiresIn, exp! - iat!]).toEqual([10, 10]);
  const [, payload] = token.split('.');
  const { tokens: inner } = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as {
    tokens: Record<string, string>;
  };
  expect(decodeJwt(inner[socialToken.audience]!).exp).toBe(exp);
});
