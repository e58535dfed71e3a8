// Where the viewer is logged in, through the gateway.
import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PASSWORD } from 'chassis/testing/users';
import { expectProblem } from '../support/expectations.ts';
import { bearer, CLEARED, cookies, sameOrigin, setCookies } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';

const SESSIONS = '/api/me/sessions';

async function arrange() {
  const testbed = await startTestbed();
  const sid = randomUUID();
  return { ...testbed, sid, session: testbed.identity.openSession(7, { sid }) };
}

test('lists the sessions that Identity has', async () => {
  const { request, session, sid } = await arrange();
  const response = await request(SESSIONS, { headers: bearer(session) });
  expect(response.body).toEqual({
    items: [expect.objectContaining({ id: sid, device: 'Firefox on Linux', current: true })],
  });
  expect(response.headers['cache-control']).toBe('private, no-cache');
});

test('ends all other sessions, and keeps the cookies of this one', async () => {
  const testbed = await arrange();
  const response = await testbed.request(SESSIONS, {
    method: 'DELETE',
    headers: { ...cookies(testbed.session), ...sameOrigin(testbed) },
  });
  expect([response.status, setCookies(response)]).toEqual([204, {}]);
  expect(testbed.identity.requests.at(-1)).toMatchObject({ method: 'DELETE', path: SESSIONS });
});

test('deletes the cookies with the session that they belong to', async () => {
  const testbed = await arrange();
  const response = await testbed.request(`${SESSIONS}/${testbed.sid}`, {
    method: 'DELETE',
    headers: { ...cookies(testbed.session), ...sameOrigin(testbed) },
  });
  expect([response.status, setCookies(response)]).toEqual([204, CLEARED]);
});

test('is a 404 for an unknown session, and keeps the cookies', async () => {
  const testbed = await arrange();
  const path = `${SESSIONS}/${randomUUID()}`;
  const response = await testbed.request(path, {
    method: 'DELETE',
    headers: { ...cookies(testbed.session), ...sameOrigin(testbed) },
  });
  expectProblem(response, 404, 'not-found', path);
  expect(setCookies(response)).toEqual({});
});

test.each([SESSIONS, `${SESSIONS}/7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11`])(
  'DELETE %s is a 403 for a page of another site',
  async (path) => {
    const { request, session, identity } = await arrange();
    const headers = { ...cookies(session), Origin: 'https://elsewhere.example' };
    expectProblem(await request(path, { method: 'DELETE', headers }), 403, 'forbidden', path);
    expect(identity.count(/sessions/)).toBe(0);
  },
);

test.each([
  ['a plain User-Agent', 'Firefox/1', 'Firefox/1'],
  ['no User-Agent that is not plain text', 'Bröwser', ''],
])('tells Identity %s of a log-in', async (_, sent, received) => {
  const testbed = await arrange();
  await testbed.request('/api/auth/login', {
    method: 'POST',
    json: { username: 'user_7', password: PASSWORD },
    headers: { 'User-Agent': sent, ...sameOrigin(testbed) },
  });
  const logIn = testbed.identity.requests.find(({ path }) => path === '/api/sessions');
  expect(logIn?.headers['user-agent']).toBe(received);
});
