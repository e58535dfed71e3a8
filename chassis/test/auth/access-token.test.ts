// Who asks: only a token that is right in everything says so.
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

test('a good token tells who asks, in which session, and until when', async () => {
  const token = key.sign({ exp: past + 100 });
  expect(await verifier()(token)).toEqual({
    userId: 7,
    sessionId: 'session',
    expiresAt: (past + 100) * 1000,
    token,
  });
});

const secret = () => new TextEncoder().encode(JSON.stringify(key.jwk));

describe('a 401 that says how to log in', () => {
  test.each<[string, () => string | Promise<string>]>([
    ['an expired token', () => key.sign({ exp: past })],
    ['a token that another key signed', () => other.sign()],
    ['a token that another key signed under our key’s name', () => other.sign({}, { kid: 'a' })],
    ['a token without a signature', () => unsigned(key.sign())],
    ['a token for another audience', () => key.sign({ aud: 'urn:test:elsewhere' })],
    ['a token of another issuer', () => key.sign({ iss: 'urn:test:somebody' })],
    ['a token of another type', () => key.sign({}, { typ: 'JWT' })],
    ['a token without a session', () => key.sign({ sid: undefined })],
    ['a token about no user', () => key.sign({ sub: 'admin' })],
    ['a token about a user that cannot be', () => key.sign({ sub: '9007199254740992' })],
    ['a token without an end', () => key.sign({ exp: undefined })],
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
    ['a text that is no token', () => 'cat'],
    ['a text without end', () => 'x'.repeat(100_000)],
  ])('for %s', async (_, make) => {
    const refused = verifier()(await make());
    await expect(refused).rejects.toMatchObject({
      slug: 'unauthenticated',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  });

  test('for no token at all', async () => {
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
])('Authorization: %j has the token %j', (authorization, token) => {
  expect(bearerToken({ headers: { authorization } } as IncomingMessage)).toBe(token);
});

test('a token that was checked is not checked again until it expires', async () => {
  const memory = new Map<string, Viewer>();
  let looked = 0;
  const keys = createLocalJWKSet(set);
  const verify = createVerifier(
    (...args) => {
      looked += 1;
      return keys(...args);
    },
    rules,
    { cache: memory },
  );
  const token = key.sign();
  const viewer = await verify(token);
  expect(await verify(token)).toBe(viewer);
  expect(looked).toBe(1);
  memory.set(token, { ...viewer, expiresAt: Date.now() - 1 });
  await verify(token);
  expect(looked).toBe(2);
});

/** A service whose keys can be changed, and which can be away. */
const service = () => {
  const state = { set, away: false, asked: 0 };
  const remote = createRemoteKeys(async () => {
    state.asked += 1;
    if (state.away) throw new Error('away');
    return state.set;
  });
  remote.close();
  return { state, verify: createVerifier(remote.keys, rules) };
};

describe('keys of another service', () => {
  test('are asked for once, and stay when that service goes away', async () => {
    const { state, verify } = service();
    await verify(key.sign());
    state.away = true;
    expect(await verify(key.sign({ sub: '8' }))).toMatchObject({ userId: 8 });
    expect(state.asked).toBe(1);
  });

  test('that were never had are a 503, never a 401; many who ask at once, and right after, ask once', async () => {
    const { state, verify } = service();
    state.away = true;
    const token = key.sign();
    const refused = await Promise.allSettled(Array.from({ length: 20 }, () => verify(token)));
    await expect(verify(token)).rejects.toMatchObject({ slug: 'keys-missing' });
    for (const each of refused)
      expect(each).toMatchObject({
        reason: { slug: 'keys-missing', headers: { 'Retry-After': '1' } },
      });
    expect(state.asked).toBe(1);
  });

  test('that cannot be had are the error that the reader wants', async () => {
    const mine = new Problem('upstream-unavailable', 'mine');
    const remote = createRemoteKeys(() => Promise.reject(mine));
    remote.close();
    const verify = createVerifier(remote.keys, rules, { keysFailed: (cause) => cause });
    await expect(verify(key.sign())).rejects.toBe(mine);
  });

  test('a key that is made up does not make us ask again and again', async () => {
    const { state, verify } = service();
    await verify(key.sign());
    for (let i = 0; i < 5; i += 1)
      await expect(verify(other.sign())).rejects.toMatchObject({ slug: 'unauthenticated' });
    expect(state.asked).toBe(1);
  });

  test('what is no set of keys is a 503', async () => {
    const { state, verify } = service();
    state.set = { nonsense: true } as never;
    await expect(verify(key.sign())).rejects.toMatchObject({ slug: 'keys-missing' });
  });

  test('that are wanted at once are there before the first token, whatever becomes of that service', async () => {
    const asked = Promise.withResolvers<void>();
    let away = false;
    const remote = createRemoteKeys(async () => {
      if (away) throw new Error('away');
      asked.resolve();
      return set;
    }, 'at-once');
    await asked.promise;
    away = true;
    remote.close();
    expect(await createVerifier(remote.keys, rules)(key.sign())).toMatchObject({ userId: 7 });
  });

  test('that could not be had at once are asked for again by the first token, without a rest', async () => {
    let asked = 0;
    const first = Promise.withResolvers<void>();
    const remote = createRemoteKeys(async () => {
      asked += 1;
      if (asked > 1) return set;
      first.resolve();
      throw new Error('not there yet');
    }, 'at-once');
    await first.promise;
    await new Promise((resolve) => setImmediate(resolve));
    remote.close();
    expect(await createVerifier(remote.keys, rules)(key.sign())).toMatchObject({ userId: 7 });
    expect(asked).toBe(2);
  });
});
