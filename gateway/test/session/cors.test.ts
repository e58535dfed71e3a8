// Pages of other origins: closed to all, unless the setting names them.
import { describe, expect, test } from '@jest/globals';
import { start } from '../../src/service.ts';
import { PASSWORD } from '../support/accounts.ts';
import { askAndMayLeave, until, type Heard } from '../support/client.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, cookies, setCookies } from '../support/session.ts';
import { stage } from '../support/stage.ts';

const APP = 'https://app.example.net';
const env = { CORS_ORIGINS: `https://other.example.net,${APP}` };
const fromApp = { Origin: APP };
const asks = (method: string) => ({
  method: 'OPTIONS',
  headers: {
    ...fromApp,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': 'content-type,idempotency-key',
  },
});

const corsOf = ({ headers }: Heard): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

function expectReadable(heard: Heard): void {
  expect(heard.headers).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
  });
  expect(String(heard.headers['vary']).split(/, ?/)).toContain('Origin');
}

describe('closed, as it is by itself', () => {
  test.each(['/api/posts/5', '/api/feed', '/api/nothing'])(
    '%s is nobody else’s to read',
    async (path) => {
      const it = await stage();
      const session = bearer(it.identity.begin(7));
      for (const asking of [{ headers: { ...fromApp, ...session } }, asks('GET')]) {
        const heard = await it.get(path, asking);
        expect(corsOf(heard)).toEqual([]);
        expect(String(heard.headers['vary'])).not.toContain('Origin');
      }
    },
  );
});

describe('open to one', () => {
  test.each([
    ['/api/posts', 'POST'],
    ['/api/posts/5', 'PATCH'],
    ['/api/friends/9', 'PUT'],
    ['/api/me', 'DELETE'],
    ['/api/auth/login', 'POST'],
  ])('it may ask first whether it may send to %s', async (path, method) => {
    const it = await stage({ env });
    const heard = await it.get(path, asks(method));
    expect([heard.status, heard.text]).toEqual([204, '']);
    expectReadable(heard);
    expect(String(heard.headers['access-control-allow-methods'])).toContain(method);
    expect(String(heard.headers['access-control-allow-headers']).toLowerCase()).toContain(
      'idempotency-key',
    );
    expect([it.identity.seen, it.social.seen]).toEqual([[], []]);
  });

  test('it reads and writes with its user’s cookies', async () => {
    const it = await stage({ env });
    const login = await it.get('/api/auth/login', {
      method: 'POST',
      headers: fromApp,
      json: { username: 'user_7', password: PASSWORD },
    });
    expectReadable(login);
    const { access, refresh } = setCookies(login);
    const session = cookies({ accessToken: access, refreshToken: refresh });
    const headers = { ...fromApp, 'Sec-Fetch-Site': 'same-site', ...session };
    const feed = await it.get('/api/feed', { headers });
    expect(feed.status).toBe(200);
    expectReadable(feed);
    const posted = await it.get('/api/posts', { method: 'POST', headers, json: { content: 'x' } });
    expect(posted.status).toBe(201);
    expectReadable(posted);
    expect(String(posted.headers['access-control-expose-headers'])).toContain('Location');
  });

  test('what it hears when something is wrong, it may read as well', async () => {
    const it = await stage({ env });
    const asked: [string, number][] = [
      ['/api/posts/5?x=1', 400],
      ['/api/feed', 401],
      ['/api/posts/999999', 404],
      ['/api/nothing', 404],
    ];
    for (const [path, status] of asked) {
      const heard = await it.get(path, { headers: fromApp });
      expect(heard.status).toBe(status);
      expectReadable(heard);
    }
    const notAllowed = await it.get('/api/feed', { method: 'DELETE', headers: fromApp });
    expect(notAllowed.status).toBe(405);
    expectReadable(notAllowed);
    await it.social.refuse();
    const down = await it.get('/api/posts/5', { headers: fromApp });
    expect(down.status).toBe(503);
    expectReadable(down);
  });

  test('so is the refusal of an overloaded gateway', async () => {
    const it = await stage({ env: { ...env, MAX_IN_FLIGHT: '1' } });
    const release = it.social.hold();
    const first = askAndMayLeave(`${it.gateway.url}/api/posts/5`);
    await until('it is busy', () => it.social.seen.length === 1);
    const refused = await it.get('/api/posts/6', { headers: fromApp });
    expectProblem(refused, 503, 'overloaded', '/api/posts/6');
    expectReadable(refused);
    expect(refused.headers['x-frame-options']).toBe('DENY');
    release();
    await first.answer;
  });

  test('a 304 is, and tells all that the answer varies by', async () => {
    const it = await stage({ env });
    const { etag = '' } = (await it.get('/api/posts/5', { headers: fromApp })).headers;
    const heard = await it.get('/api/posts/5', { headers: { ...fromApp, 'If-None-Match': etag } });
    expect(heard.status).toBe(304);
    expectReadable(heard);
    expect(String(heard.headers['vary']).split(/, ?/).toSorted()).toEqual(['Origin', 'Prefer']);
  });

  test.each(['https://evil.example', 'null', 'http://app.example.net', `${APP}:8443`])(
    '%s still may not read',
    async (origin) => {
      const it = await stage({ env });
      for (const asking of [{ headers: { Origin: origin } }, asks('POST')]) {
        const headers = { ...asking.headers, Origin: origin };
        const heard = await it.get('/api/posts/5', { ...asking, headers });
        expect(corsOf(heard)).toEqual([]);
        expect(heard.headers['vary']).toContain('Origin');
      }
    },
  );
});

test.each([
  '*',
  'null',
  'app.example.net',
  `${APP}/`,
  `${APP}/path`,
  `${APP},`,
  'ftp://app.example.net',
  'HTTPS://APP.example.net',
])('CORS_ORIGINS=%s stops the start', (value) => {
  const begin = () => start({ CORS_ORIGINS: value, PORT: '0', ADMIN_PORT: '0' });
  expect(begin).toThrow(/^CORS_ORIGINS is ".*", but should be a list such as https:/);
});
