// Rejections by an upstream are passed on in its words and with its status, and do not count as its failures.
import { expect, test } from '@jest/globals';
import type { ProblemSlug } from 'chassis/http/problem';
import { PASSWORD } from 'chassis/testing/users';
import { expectProblem } from '../support/expectations.ts';
import { bearer, cookies } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';
import { always, problem } from 'chassis/testing/stub-server';

const POST = ['POST', '/api/posts', { content: 'Hello.' }] as const;
const EDIT = ['PATCH', '/api/posts/6', { content: 'Hello again.' }] as const;
const CHANGE = [
  'PATCH',
  '/api/me',
  { email: 'new@secret.example', currentPassword: PASSWORD },
] as const;
const DELETE_ACCOUNT = ['DELETE', '/api/me', { currentPassword: PASSWORD }] as const;
const BEFRIEND = ['PUT', '/api/friends/9', undefined] as const;
const LOG_IN = ['POST', '/api/auth/login', { username: 'user_7', password: PASSWORD }] as const;

type Write = readonly [string, string, object | undefined];
const FAULTY = { errors: [{ pointer: '/body', detail: 'not so' }] };
const LIMITS = { RateLimit: '"account";r=0;t=540', 'RateLimit-Policy': '"account";q=10;w=900' };
const LATER = { headers: { 'Retry-After': '540', ...LIMITS } };
const BEARER = { headers: { 'WWW-Authenticate': 'Bearer' } };

test.each<[string, ProblemSlug, Write, Parameters<typeof problem>[2]]>([
  ['a new post', 'invalid-request', POST, FAULTY],
  ['a new post', 'unauthenticated', POST, BEARER],
  ['a new post', 'key-in-use', POST, { headers: { 'Retry-After': '1' } }],
  ['a new post', 'key-reused', POST, {}],
  ['a new post', 'gone', POST, {}],
  ['a new post', 'too-many-requests', POST, LATER],
  ['an edited post', 'too-many-requests', EDIT, LATER],
  ['an edited post', 'forbidden', EDIT, {}],
  ['an edited post', 'not-found', EDIT, {}],
  ['a change of the account', 'conflict', CHANGE, FAULTY],
  ['a change of the account', 'too-many-requests', CHANGE, LATER],
  ['a deletion of the account', 'too-many-requests', DELETE_ACCOUNT, LATER],
  ['a friend request', 'invalid-request', BEFRIEND, FAULTY],
  ['a login', 'too-many-requests', LOG_IN, LATER],
])(
  '%s that is rejected with the problem %s is answered with it in the upstream’s words',
  async (_, slug, [method, path, json], extras) => {
    const testbed = await startTestbed();
    const headers = bearer(testbed.identity.openSession(7));
    await testbed.request('/api/friends', { headers });
    await testbed.request('/api/users/9');
    const rejection = problem(slug, 'In these very words.', extras);
    for (const upstream of [testbed.identity, testbed.social])
      upstream.respondWith(always(rejection));
    const response = await testbed.request(path, { method, headers, ...(json && { json }) });
    expectProblem(response, rejection.status, slug, path);
    expect(response.body).toMatchObject({
      detail: 'In these very words.',
      ...(extras?.errors && extras),
    });
    for (const [name, value] of Object.entries(extras?.headers ?? {}))
      expect(response.headers[name.toLowerCase()]).toBe(value);
    expect(response.headers['proxy-status']).toBeUndefined();
  },
);

test.each<[string, ProblemSlug, Write, ProblemSlug]>([
  ['a change of the account', 'forbidden', CHANGE, 'wrong-password'],
  ['a deletion of the account', 'forbidden', DELETE_ACCOUNT, 'wrong-password'],
  ['a login', 'unauthenticated', LOG_IN, 'login-failed'],
])(
  '%s that Identity rejects as %s has a problem type that says it is the password',
  async (_, slug, [method, path, json], expected) => {
    const testbed = await startTestbed();
    const headers = bearer(testbed.identity.openSession(7));
    await testbed.request('/api/friends', { headers });
    const rejection = problem(slug, 'In these very words.', { headers: LIMITS });
    testbed.identity.respondWith(always(rejection));
    const response = await testbed.request(path, { method, headers, ...(json && { json }) });
    expectProblem(response, rejection.status, expected, path);
    expect(response.body).toMatchObject({ detail: 'In these very words.' });
    expect(response.headers).toMatchObject({ ratelimit: LIMITS.RateLimit });
  },
);

test('a change from a page of another site is forbidden, which is no wrong password', async () => {
  const testbed = await startTestbed();
  const headers = { ...cookies(testbed.identity.openSession(7)), Origin: 'https://evil.example' };
  const [method, path, json] = CHANGE;
  const response = await testbed.request(path, { method, headers, json });
  expectProblem(response, 403, 'forbidden', path);
});
