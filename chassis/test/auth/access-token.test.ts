// Access tokens: only a token that is valid in every respect names the viewer.
import { describe, expect, test } from '@jest/globals';
import {
  bearerToken,
  createAuthenticator,
  createVerifier,
  type Viewer,
} from 'chassis/auth/access-token';
import { Problem } from 'chassis/http/problem';
import { createRemoteKeys } from 'chassis/auth/remote-keys';
import { createLocalJWKSet, SignJWT, type JSONWebKeySet } from 'jose';
import type { IncomingMessage } from 'node:http';
import { signingKey, unsigned } from 'chassis/testing/tokens';

const rules = {
  issuer: 'urn:test:issuer',
  audience: 'urn:test:audience',
  algorithm: 'EdDSA',
  type: 'at+jwt',
};
const key = signingKey(rules, 'a');
const other = signingKey(rules, 'b');
const set: JSONWebKeySet = { keys: [key.jwk] };

const verifier = () => createVerifier(createLocalJWKSet(set), rules);
const past = Math.floor(Date.now() / 1000) - 10;

test('a valid token gives the viewer, the session and the time of expiry', async () => {
  const token = key.sign({ exp: past + 100 });
  expect(await verifier()(token)).toEqual({
    userId: 7,
    sessionId: 'session',
    expiresAt: (past + 100) * 1000,
    token,
  });
});

const secret = () => new TextEncoder().encode(JSON.stringify(key.jwk));

describe('a 401 with WWW-Authenticate', () => {
  test.each<[string, () => string | Promise<string>]>([
    ['an expired token', () => key.sign({ exp: past })],
    ['a token that another key signed', () => other.sign()],
    ['a token that another key signed under our key’s name', () => other.sign({}, { kid: 'a' })],
    ['a token without a signature', () => unsigned(key.sign())],
    ['a token for another audience', () => key.sign({ aud: 'urn:test:elsewhere' })],
    ['a token of another issuer', () => key.sign({ iss: 'urn:test:somebody' })],
    ['a token of another type', () => key.sign({}, { typ: 'JWT' })],
    ['a token without a session', () => key.sign({ sid: undefined })],
    ['a token whose subject is not a user id', () => key.sign({ sub: 'admin' })],
    ['a token whose user id is too large', () => key.sign({ sub: '9007199254740992' })],
    ['a token without an expiry', () => key.sign({ exp: undefined })],
    [
      'a token signed with the public key as a secret',
      () =>
        new SignJWT({ iss: rules.issuer, aud: rules.audience, sub: '7', sid: 's', jti: 'j' })
          .setProtectedHeader({ alg: 'HS256', kid: 'a', typ: rules.type })
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(secret()),
    ],
    ['a changed token', () => key.sign().replace(/\.[^.]+\./, (part) => `${part.slice(0, -1)}x.`)],
    ['text that is not a token', () => 'cat'],
    ['100,000 characters', () => 'x'.repeat(100_000)],
  ])('is the error for %s', async (_, make) => {
    const refused = verifier()(await make());
    await expect(refused).rejects.toMatchObject({
      slug: 'unauthenticated',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  });

  test('is the error without a token', async () => {
    const authenticate = createAuthenticator(verifier());
    await expect(authenticate({ headers: {} } as IncomingMessage)).rejects.toMatchObject({
      slug: 'unauthenticated',
    });
  });
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g=='],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['', undefined],
])('the Authorization header %j has the token %j', (authorization, token) => {
  expect(bearerToken({ headers: { authorization } } as IncomingMessage)).toBe(token);
});

test('a verified token is not verified again until it expires', async () => {
  const cache = new Map<string, Viewer>();
  let lookups = 0;
  const keys = createLocalJWKSet(set);
  const verify = createVerifier(
    (...args) => {
      lookups += 1;
      return keys(...args);
    },
    rules,
    { cache },
  );
  const token = key.sign();
  const viewer = await verify(token);
  expect(await verify(token)).toBe(viewer);
  expect(lookups).toBe(1);
  cache.set(token, { ...viewer, expiresAt: Date.now() - 1 });
  await verify(token);
  expect(lookups).toBe(2);
});

test('a token of a session that ended is refused, also when it was verified before', async () => {
  const ended = new Set(['session']);
  const verify = createVerifier(createLocalJWKSet(set), rules, {
    cache: new Map<string, Viewer>(),
    hasEnded: (sessionId) => ended.has(sessionId),
  });
  const token = key.sign();
  const refused = expect.objectContaining({ slug: 'unauthenticated' });
  await expect(verify(token)).rejects.toEqual(refused);
  ended.clear();
  expect((await verify(token)).sessionId).toBe('session');
  ended.add('session');
  await expect(verify(token)).rejects.toEqual(refused);
  await expect(verify(key.sign({ sid: 'another' }))).resolves.toMatchObject({ userId: 7 });
});

/** Makes a verifier with the keys of another service, which a test can change or make unreachable. */
const remoteVerifier = () => {
  const state = { set, unreachable: false, requests: 0 };
  const remote = createRemoteKeys(async () => {
    state.requests += 1;
    if (state.unreachable) throw new Error('unreachable');
    return state.set;
  });
  remote.close();
  return { state, verify: createVerifier(remote.keys, rules) };
};

describe('keys of another service', () => {
  test('are requested once, and stay in use while that service is unreachable', async () => {
    const { state, verify } = remoteVerifier();
    await verify(key.sign());
    state.unreachable = true;
    expect(await verify(key.sign({ sub: '8' }))).toMatchObject({ userId: 8 });
    expect(state.requests).toBe(1);
  });

  test('answer with a 503, not a 401, until they arrive; concurrent tokens and the next one share a request', async () => {
    const { state, verify } = remoteVerifier();
    state.unreachable = true;
    const token = key.sign();
    const refused = await Promise.allSettled(Array.from({ length: 20 }, () => verify(token)));
    await expect(verify(token)).rejects.toMatchObject({ slug: 'keys-missing' });
    for (const each of refused)
      expect(each).toMatchObject({
        reason: { slug: 'keys-missing', headers: { 'Retry-After': '1' } },
      });
    expect(state.requests).toBe(1);
  });

  test('turn into the error of `keysFailed` when they cannot be read', async () => {
    const mine = new Problem('upstream-unavailable', 'mine');
    const remote = createRemoteKeys(() => Promise.reject(mine));
    remote.close();
    const verify = createVerifier(remote.keys, rules, { keysFailed: (cause) => cause });
    await expect(verify(key.sign())).rejects.toBe(mine);
  });

  test('are not requested again for each token with an unknown key', async () => {
    const { state, verify } = remoteVerifier();
    await verify(key.sign());
    for (let i = 0; i < 5; i += 1)
      await expect(verify(other.sign())).rejects.toMatchObject({ slug: 'unauthenticated' });
    expect(state.requests).toBe(1);
  });

  test('answer with a 503 when the answer is not a key set', async () => {
    const { state, verify } = remoteVerifier();
    state.set = { nonsense: true } as never;
    await expect(verify(key.sign())).rejects.toMatchObject({ slug: 'keys-missing' });
  });

  test('requested at the start are there before the first token, even if that service then fails', async () => {
    const requested = Promise.withResolvers<void>();
    let unreachable = false;
    const remote = createRemoteKeys(async () => {
      if (unreachable) throw new Error('unreachable');
      requested.resolve();
      return set;
    }, 'at-once');
    await requested.promise;
    unreachable = true;
    remote.close();
    expect(await createVerifier(remote.keys, rules)(key.sign())).toMatchObject({ userId: 7 });
  });

  test('whose request at the start failed are requested again by the first token, without a pause', async () => {
    let requests = 0;
    const first = Promise.withResolvers<void>();
    const remote = createRemoteKeys(async () => {
      requests += 1;
      if (requests > 1) return set;
      first.resolve();
      throw new Error('not there yet');
    }, 'at-once');
    await first.promise;
    await new Promise((resolve) => setImmediate(resolve));
    remote.close();
    expect(await createVerifier(remote.keys, rules)(key.sign())).toMatchObject({ userId: 7 });
    expect(requests).toBe(2);
  });
});
