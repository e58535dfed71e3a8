// Pages of other origins may read nothing, unless CORS_ORIGINS names their origin.
import { describe, expect, test } from '@jest/globals';
import { start } from '../../src/service.ts';
import { PASSWORD } from 'chassis/testing/users';
import { abortableRequest, type HttpResponse } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { expectProblem } from '../support/expectations.ts';
import { bearer, cookies, setCookies } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';

const APP = 'https://app.example.net';
const env = { CORS_ORIGINS: `https://other.example.net,${APP}` };
const fromApp = { Origin: APP };
const preflight = (method: string) => ({
  method: 'OPTIONS',
  headers: {
    ...fromApp,
    'Access-Control-Request-Method': method,
    'Access-Control-Request-Headers': 'content-type,idempotency-key',
  },
});

const corsOf = ({ headers }: HttpResponse): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

function expectReadable(response: HttpResponse): void {
  expect(response.headers).toMatchObject({
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
  });
  expect(String(response.headers['vary']).split(/, ?/)).toContain('Origin');
}

describe('without CORS_ORIGINS', () => {
  test.each(['/api/posts/5', '/api/feed', '/api/nothing'])(
    'no page of another origin may read %s',
    async (path) => {
      const testbed = await startTestbed();
      const session = bearer(testbed.identity.openSession(7));
      for (const options of [{ headers: { ...fromApp, ...session } }, preflight('GET')]) {
        const response = await testbed.request(path, options);
        expect(corsOf(response)).toEqual([]);
        expect(String(response.headers['vary'])).not.toContain('Origin');
      }
    },
  );
});

describe('with CORS_ORIGINS', () => {
  test.each([
    ['/api/posts', 'POST'],
    ['/api/posts/5', 'PATCH'],
    ['/api/friends/9', 'PUT'],
    ['/api/me', 'DELETE'],
    ['/api/auth/login', 'POST'],
  ])(
    'a page of a named origin gets a preflight answer for %s that allows %s',
    async (path, method) => {
      const testbed = await startTestbed({ env });
      const response = await testbed.request(path, preflight(method));
      expect([response.status, response.text]).toEqual([204, '']);
      expectReadable(response);
      expect(String(response.headers['access-control-allow-methods'])).toContain(method);
      expect(String(response.headers['access-control-allow-headers']).toLowerCase()).toContain(
        'idempotency-key',
      );
      expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]);
    },
  );

  test('a page of a named origin reads and writes with its user’s cookies', async () => {
    const testbed = await startTestbed({ env });
    const login = await testbed.request('/api/auth/login', {
      method: 'POST',
      headers: fromApp,
      json: { username: 'user_7', password: PASSWORD },
    });
    expectReadable(login);
    const { access, refresh } = setCookies(login);
    const session = cookies({ accessToken: access, refreshToken: refresh });
    const headers = { ...fromApp, 'Sec-Fetch-Site': 'same-site', ...session };
    const feed = await testbed.request('/api/feed', { headers });
    expect(feed.status).toBe(200);
    expectReadable(feed);
    const posted = await testbed.request('/api/posts', {
      method: 'POST',
      headers,
      json: { content: 'x' },
    });
    expect(posted.status).toBe(201);
    expectReadable(posted);
    expect(String(posted.headers['access-control-expose-headers'])).toContain('Location');
  });

  test('a page of a named origin may read error answers', async () => {
    const testbed = await startTestbed({ env });
    const errors: [string, number][] = [
      ['/api/posts/5?x=1', 400],
      ['/api/feed', 401],
      ['/api/posts/999999', 404],
      ['/api/nothing', 404],
    ];
    for (const [path, status] of errors) {
      const response = await testbed.request(path, { headers: fromApp });
      expect(response.status).toBe(status);
      expectReadable(response);
    }
    const methodNotAllowed = await testbed.request('/api/feed', {
      method: 'DELETE',
      headers: fromApp,
    });
    expect(methodNotAllowed.status).toBe(405);
    expectReadable(methodNotAllowed);
    await testbed.social.refuse();
    const down = await testbed.request('/api/posts/5', { headers: fromApp });
    expect(down.status).toBe(503);
    expectReadable(down);
  });

  test('a page of a named origin may read the rejection of an overloaded gateway', async () => {
    const testbed = await startTestbed({ env: { ...env, MAX_IN_FLIGHT: '1' } });
    const release = testbed.social.hold();
    const first = abortableRequest(`${testbed.gateway.url}/api/posts/5`);
    await until('the gateway is busy', () => testbed.social.requests.length === 1);
    const rejected = await testbed.request('/api/posts/6', { headers: fromApp });
    expectProblem(rejected, 503, 'overloaded', '/api/posts/6');
    expectReadable(rejected);
    expect(rejected.headers['x-frame-options']).toBe('DENY');
    release();
    await first.response;
  });

  test('a page of a named origin may read a 304, which has the complete Vary header', async () => {
    const testbed = await startTestbed({ env });
    const { etag = '' } = (await testbed.request('/api/posts/5', { headers: fromApp })).headers;
    const response = await testbed.request('/api/posts/5', {
      headers: { ...fromApp, 'If-None-Match': etag },
    });
    expect(response.status).toBe(304);
    expectReadable(response);
    expect(String(response.headers['vary']).split(/, ?/).toSorted()).toEqual(['Origin', 'Prefer']);
  });

  test.each(['https://evil.example', 'null', 'http://app.example.net', `${APP}:8443`])(
    'a page of the origin %s, which is not named, may read nothing',
    async (origin) => {
      const testbed = await startTestbed({ env });
      for (const options of [{ headers: { Origin: origin } }, preflight('POST')]) {
        const headers = { ...options.headers, Origin: origin };
        const response = await testbed.request('/api/posts/5', { ...options, headers });
        expect(corsOf(response)).toEqual([]);
        expect(response.headers['vary']).toContain('Origin');
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
])('CORS_ORIGINS=%s is an error at the start', async (value) => {
  const started = start({ CORS_ORIGINS: value, PORT: '0', ADMIN_PORT: '0' });
  await expect(started).rejects.toThrow(
    /^CORS_ORIGINS is ".*", but should be a list such as https:/,
  );
});
