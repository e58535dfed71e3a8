// API clients: a token says who they are, and nothing else does.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from '../support/accounts.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, cookies, justNow, setCookies } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';
import { signingKey, unsigned } from 'chassis/testing/tokens';
import { accessToken } from 'contracts/tokens';

const post = (it: Stage, path: string, json: object, headers: Record<string, string> = {}) =>
  it.get(path, { method: 'POST', json, headers });

describe('/api/auth/token', () => {
  test('gives tokens for a password, in the body and in no cookie', async () => {
    const it = await stage();
    const heard = await post(it, '/api/auth/token', { username: 'user_7', password: PASSWORD });
    expect(heard.body).toEqual({
      accessToken: expect.stringMatching(/^eyJ/),
      refreshToken: expect.stringMatching(/^refresh-secret/),
      expiresIn: 300,
    });
    expect(heard.headers).toMatchObject({
      'cache-control': 'no-store',
      ratelimit: '"account";r=9;t=900',
    });
    expect(setCookies(heard)).toEqual({});
    const { accessToken } = heard.body as { accessToken: string };
    const feed = await it.get('/api/feed', { headers: bearer({ accessToken }) });
    expect(feed.status).toBe(200);
  });

  test('gives the next tokens for a refresh token, once', async () => {
    const it = await stage();
    const { refreshToken } = it.identity.begin(7);
    const heard = await post(it, '/api/auth/token', { refreshToken });
    expect(heard.body).toMatchObject({ accessToken: expect.stringMatching(/^eyJ/) });
    const again = await post(it, '/api/auth/token', { refreshToken });
    expectProblem(again, 401, 'unauthenticated', '/api/auth/token');
    expect(again.headers['www-authenticate']).toBe('Bearer');
  });

  test('does not look at cookies', async () => {
    const it = await stage();
    const headers = cookies(it.identity.begin(7));
    expect((await post(it, '/api/auth/token', {}, headers)).status).toBe(400);
    expect(it.identity.seen).toHaveLength(0);
  });
});

describe('a token that is no good', () => {
  const PAST = justNow();
  test.each<[string, (it: Stage) => string]>([
    ['that has expired', (it) => it.identity.key.sign({ exp: PAST })],
    ['of another key by the same name', () => signingKey(accessToken, 'key-1').sign()],
    ['without a signature', (it) => unsigned(it.identity.key.sign())],
    ['for another audience', (it) => it.identity.key.sign({ aud: 'urn:elsewhere' })],
    ['of another issuer', (it) => it.identity.key.sign({ iss: 'urn:elsewhere' })],
    ['without an end', (it) => it.identity.key.sign({ exp: undefined })],
    ['of nobody', (it) => it.identity.key.sign({ sub: 'admin' })],
    ['that is a refresh token', (it) => it.identity.begin(7).refreshToken],
    ['of another type', (it) => it.identity.key.sign({}, { typ: 'JWT' })],
    ['that is larger than tokens are', (it) => it.identity.key.sign({ more: 'x'.repeat(4000) })],
  ])('%s is a 401: no session is asked for, no cookie is touched', async (_, tokenOf) => {
    const it = await stage();
    const headers = {
      Authorization: `Bearer ${tokenOf(it)}`,
      // They would be as good as they can be.
      ...cookies(it.identity.begin(8)),
    };
    const heard = await it.get('/api/feed', { headers });
    expectProblem(heard, 401, 'unauthenticated', '/api/feed');
    expect(heard.headers['www-authenticate']).toBe('Bearer');
    expect(setCookies(heard)).toEqual({});
    expect(it.identity.asked(/sessions/)).toBe(0);
    expect(it.social.seen).toHaveLength(0);
  });
});

test('a token counts, and cookies beside it do not', async () => {
  const it = await stage();
  const [client, browser] = [it.identity.begin(7), it.identity.begin(8)];
  const heard = await it.get('/api/me', { headers: { ...cookies(browser), ...bearer(client) } });
  expect(heard.body).toMatchObject({ id: 7 });
  expect(setCookies(heard)).toEqual({});
});

test('a write by token needs no page of ours, whatever its client says of its origin', async () => {
  const it = await stage();
  const session = it.identity.begin(7);
  const json = { content: 'From a script.' };
  for (const sign of [{}, { Origin: 'https://elsewhere.example' }, { 'Sec-Fetch-Site': 'none' }]) {
    const heard = await post(it, '/api/posts', json, {
      ...bearer(session),
      ...cookies(session),
      ...sign,
    });
    expect(heard.status).toBe(201);
  }
});

const PRIVATE = ['/api/feed', '/api/friends', '/api/friends/requests', '/api/me'];

test.each(PRIVATE)('%s without a session is a 401, and asks nobody', async (path) => {
  const it = await stage();
  for (const headers of [{}, { Cookie: 'theme=dark' }, { 'X-User-Id': '7' }]) {
    const heard = await it.get(path, { headers });
    expectProblem(heard, 401, 'unauthenticated', path);
    expect(heard.headers['www-authenticate']).toBe('Bearer');
  }
  expect([it.identity.seen, it.social.seen]).toEqual([[], []]);
});
