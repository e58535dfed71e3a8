// A browser's session goes on: what Social hears of it, and how it is renewed by itself.
import { describe, expect, test } from '@jest/globals';
import { until } from '../support/client.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer, CLEARED, cookies, justNow, ownPage, setCookies } from '../support/session.ts';
import { stage, type Stage } from '../support/stage.ts';

const REFRESH = /^\/api\/sessions\/refresh$/;
const renewals = ({ identity }: Stage) => identity.asked(REFRESH);

/** The keys are there, so that a token is looked at without asking for them. */
async function warm(it: Stage): Promise<void> {
  await it.get('/api/friends', { headers: bearer(it.identity.begin(50)) });
  it.identity.forget();
  it.social.forget();
}

test('Social hears whose request it is, and nothing of the cookies', async () => {
  const it = await stage();
  const session = it.identity.begin(7);
  const heard = await it.get('/api/feed', {
    headers: { ...cookies(session), Origin: 'https://elsewhere.example', 'X-User-Id': '8' },
  });
  expect(heard.status).toBe(200);
  const [{ headers }] = it.social.seen as [Stage['social']['seen'][number]];
  expect(headers.authorization).toBe(`Bearer ${session.accessToken}`);
  expect(headers).not.toHaveProperty('cookie');
  expect(headers).not.toHaveProperty('origin');
  expect(headers).not.toHaveProperty('x-user-id');
});

test('while the access token is good, nobody is asked, and no cookie changes', async () => {
  const it = await stage();
  await warm(it);
  const heard = await it.get('/api/friends', { headers: cookies(it.identity.begin(7)) });
  expect(setCookies(heard)).toEqual({});
  expect(renewals(it)).toBe(0);
});

describe.each([
  ['gone', { accessToken: undefined }],
  ['over', {}],
  ['not of ours', { accessToken: 'aaa.bbb.ccc' }],
])('when the access cookie is %s', (_, spoilt) => {
  const old = (it: Stage) => cookies({ ...it.identity.begin(7, { exp: justNow() }), ...spoilt });

  test('the session is renewed, and Social hears the new token', async () => {
    const it = await stage();
    await warm(it);
    const heard = await it.get('/api/feed', { headers: old(it) });
    expect(heard.status).toBe(200);
    const { access, refresh } = setCookies(heard);
    expect(refresh).toMatch(/^refresh-secret-/);
    expect(it.social.seen[0]?.headers.authorization).toBe(`Bearer ${access}`);
    expect(heard.text).not.toMatch(/eyJ|refresh-secret/);
    expect(renewals(it)).toBe(1);
  });

  test('requests at once renew it once, and every answer carries the same new cookies', async () => {
    const it = await stage();
    await warm(it);
    const headers = old(it);
    const release = it.identity.hold();
    const paths = ['/api/feed', '/api/friends', '/api/me', '/api/friends/requests'];
    const answers = Array.from({ length: 20 }, (__, at) => it.get(paths[at % 4]!, { headers }));
    await until('all wait', async () => (await it.metric('http_requests_in_flight')) === 20);
    release();
    const heard = await Promise.all(answers);
    expect(heard.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(renewals(it)).toBe(1);
    expect(new Set(heard.map((each) => JSON.stringify(setCookies(each)))).size).toBe(1);
    expect(setCookies(heard[0]!).access).toMatch(/^eyJ/);
  });
});

/** A browser whose access cookie is gone, on a page of ours. */
const awoken = (it: Stage) => ({
  ...cookies({ refreshToken: it.identity.begin(7).refreshToken }),
  ...ownPage(it),
});

describe('a renewed session’s cookies come with whatever is answered', () => {
  test.each([
    ['a 200', 200, 'GET', '/api/me', undefined],
    ['a 201', 201, 'POST', '/api/posts', { content: 'Hello.' }],
    ['a 204', 204, 'DELETE', '/api/friends/9', undefined],
    ['a 400', 400, 'POST', '/api/posts', { content: '' }],
    ['a 400 of Social', 400, 'PUT', '/api/friends/7', undefined],
    ['a 403 of Social', 403, 'PATCH', '/api/posts/1', { content: 'Not mine.' }],
    ['a 404', 404, 'DELETE', '/api/posts/999999', undefined],
    ['a 404 of Identity', 404, 'PUT', '/api/friends/999999', undefined],
  ])('%s', async (_, status, method, path, json) => {
    const it = await stage();
    const heard = await it.get(path, { method, headers: awoken(it), ...(json && { json }) });
    expect(heard.status).toBe(status);
    expect(setCookies(heard)).toEqual({
      access: expect.stringMatching(/^eyJ/),
      refresh: expect.stringMatching(/^refresh-secret/),
    });
  });

  test('a 304', async () => {
    const it = await stage();
    const { etag = '' } = (await it.get('/api/feed', { headers: awoken(it) })).headers;
    const heard = await it.get('/api/feed', { headers: { ...awoken(it), 'If-None-Match': etag } });
    expect([heard.status, heard.text]).toEqual([304, '']);
    expect(setCookies(heard).access).toMatch(/^eyJ/);
  });

  test('a 503, as Social is down', async () => {
    const it = await stage();
    await it.social.refuse();
    const heard = await it.get('/api/feed', { headers: awoken(it) });
    expect(heard.status).toBe(503);
    expect(setCookies(heard).access).toMatch(/^eyJ/);
  });
});

describe('a refresh token that is not, or no longer, good', () => {
  test.each(['spent', 'x', '%00', 'r'.repeat(4000)])(
    'ends the session in the browser: a 401, and both cookies cleared (%#)',
    async (refresh) => {
      const it = await stage();
      const heard = await it.get('/api/feed', { headers: { Cookie: `refresh=${refresh}` } });
      expectProblem(heard, 401, 'unauthenticated', '/api/feed');
      expect(heard.headers['www-authenticate']).toBe('Bearer');
      expect(setCookies(heard)).toEqual(CLEARED);
      expect(it.social.seen).toHaveLength(0);
    },
  );

  test('is found out once for requests at once', async () => {
    const it = await stage();
    const release = it.identity.hold();
    const headers = cookies({ refreshToken: 'spent' });
    const answers = Array.from({ length: 5 }, () => it.get('/api/feed', { headers }));
    await until('all wait', async () => (await it.metric('http_requests_in_flight')) === 5);
    release();
    for (const heard of await Promise.all(answers)) {
      expect(heard.status).toBe(401);
      expect(setCookies(heard)).toEqual(CLEARED);
    }
    expect(renewals(it)).toBe(1);
  });
});

describe('/api/auth/refresh', () => {
  test('renews the session now, and says whose it is', async () => {
    const it = await stage();
    const headers = { ...cookies(it.identity.begin(7)), ...ownPage(it) };
    const heard = await it.get('/api/auth/refresh', { method: 'POST', headers });
    expect([heard.status, heard.body]).toEqual([200, { user: { id: 7, username: 'user_7' } }]);
    expect(setCookies(heard).access).toMatch(/^eyJ/);
    expect(renewals(it)).toBe(1);
  });

  test('without a session is a 401, and an access token does not make up for it', async () => {
    const it = await stage();
    const { accessToken } = it.identity.begin(7);
    for (const headers of [{}, cookies({ accessToken }), bearer({ accessToken })]) {
      const asking = { method: 'POST', headers: { ...headers, ...ownPage(it) } };
      expect((await it.get('/api/auth/refresh', asking)).status).toBe(401);
    }
    expect(renewals(it)).toBe(0);
  });
});
