// The routes that take a body, each with a valid body, and a client that sends other bodies.
import { expect } from '@jest/globals';
import { CONFIRMATION, CREDENTIALS, NEW_USER } from './credentials.ts';
import { bearer } from './session.ts';
import { startTestbed } from './testbed.ts';

/** Method, path, and a valid body. */
export const BODY_ROUTES: readonly [string, string, object][] = [
  ['POST', '/api/posts', { content: 'Hello.' }],
  ['PATCH', '/api/posts/6', { content: 'Hello.' }],
  ['PATCH', '/api/me', { username: 'sun_dog' }],
  ['DELETE', '/api/me', CONFIRMATION],
  ['POST', '/api/auth/register', NEW_USER],
  ['POST', '/api/auth/login', CREDENTIALS],
  ['POST', '/api/auth/token', CREDENTIALS],
];

/** Makes a client that sends bodies to one route as user 7. The gateway has the keys already and does not request them. */
export async function startBodyClient(method: string, path: string) {
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
    expectNoUpstreamRequests: () =>
      expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]),
  };
}
