// Routes that take a body: a good one of each, and a way to send others.
import { expect } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { bearer } from './session.ts';
import { startTestbed } from './testbed.ts';

export const ANN = { username: 'ann', email: 'ann@secret.example', password: PASSWORD };
export const SEVEN = { username: 'user_7', password: PASSWORD };
export const SURE = { currentPassword: PASSWORD };

/** Method, path, and a body that is right. */
export const BODY_ROUTES: readonly [string, string, object][] = [
  ['POST', '/api/posts', { content: 'Hello.' }],
  ['PATCH', '/api/posts/6', { content: 'Hello.' }],
  ['PATCH', '/api/me', { username: 'sun_dog' }],
  ['DELETE', '/api/me', SURE],
  ['POST', '/api/auth/register', ANN],
  ['POST', '/api/auth/login', SEVEN],
  ['POST', '/api/auth/token', SEVEN],
];

/** Sends bodies to one route as user 7. The keys are known, so that whatever goes upstream is seen as such. */
export async function sender(method: string, path: string) {
  const testbed = await startTestbed();
  const session = bearer(testbed.identity.openSession(7));
  await testbed.request('/api/friends', { headers: session });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  return {
    send: (
      body: { readonly json?: unknown; readonly text?: string },
      headers: Readonly<Record<string, string>> = {},
    ) => testbed.request(path, { method, ...body, headers: { ...session, ...headers } }),
    expectNobodyAsked: () => expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]),
  };
}
