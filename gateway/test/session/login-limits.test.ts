// Rate limits of logins: Identity gets the client's address, as far as it can be trusted, and its 429 reaches the client.
import { describe, expect, test } from '@jest/globals';
import { CREDENTIALS, NEW_USER } from '../support/credentials.ts';
import { expectProblem } from '../support/expectations.ts';
import { cookies, sameOrigin, setCookies } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import { always, problem } from 'chassis/testing/stub-server';

const ATTEMPTS: readonly [string, object][] = [
  ['/api/auth/login', CREDENTIALS],
  ['/api/auth/token', CREDENTIALS],
  ['/api/auth/register', NEW_USER],
];

const attempt = (
  testbed: Testbed,
  path: string,
  json: object,
  headers: Record<string, string> = {},
) => testbed.request(path, { method: 'POST', json, headers });
const addresses = ({ identity }: Testbed) =>
  identity.requests.map(({ headers }) => headers['x-forwarded-for']);

describe.each(ATTEMPTS)('the address that %s sends to Identity', (path, json) => {
  test.each([
    ['none', undefined, '127.0.0.1'],
    ['none', '203.0.113.9', '127.0.0.1'],
    ['none', '127.0.0.1, 203.0.113.9', '127.0.0.1'],
    ['loopback', undefined, '127.0.0.1'],
    ['loopback', '203.0.113.9', '203.0.113.9'],
    ['loopback', '2001:db8::9', '2001:db8::9'],
    // Only the part that our own balancer has added can be trusted.
    ['loopback', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['loopback,203.0.113.9', '198.51.100.1, 203.0.113.9', '198.51.100.1'],
    ['10.0.0.0/8', '203.0.113.9', '127.0.0.1'],
  ])('with TRUST_PROXY=%s and X-Forwarded-For: %s is %s', async (trusted, forwarded, address) => {
    const testbed = await startTestbed({ env: { TRUST_PROXY: trusted } });
    const headers = {
      ...(forwarded !== undefined && { 'X-Forwarded-For': forwarded }),
      Forwarded: 'for=192.0.2.1',
      'X-Real-IP': '192.0.2.1',
    };
    await attempt(testbed, path, json, headers);
    expect(addresses(testbed)).toEqual([address]);
    expect(JSON.stringify(testbed.identity.requests[0]?.headers)).not.toContain('192.0.2.1');
  });
});

test('a request that is no login or registration sends no address to an upstream', async () => {
  const testbed = await startTestbed({ env: { TRUST_PROXY: 'loopback' } });
  const session = testbed.identity.openSession(7);
  const headers = {
    ...sameOrigin(testbed),
    ...cookies({ refreshToken: session.refreshToken }),
    'X-Forwarded-For': '203.0.113.9',
  };
  await testbed.request('/api/feed', { headers });
  await testbed.request('/api/posts/5', { headers });
  expect(addresses(testbed).filter((address) => address !== undefined)).toEqual([]);
  expect(JSON.stringify(testbed.social.requests)).not.toContain('203.0.113.9');
});

describe('too many attempts', () => {
  test.each(ATTEMPTS.slice(0, 2))(
    'at %s are answered with a 429 that says when to retry',
    async (path, json) => {
      const testbed = await startTestbed();
      const limits = {
        'Retry-After': '540',
        RateLimit: '"account";r=0;t=540, "address";r=90;t=540',
        'RateLimit-Policy': '"account";q=10;w=900, "address";q=100;w=900',
      };
      testbed.identity.respondWith(
        always(problem('too-many-requests', 'Come later.', { headers: limits })),
      );
      const response = await attempt(testbed, path, json);
      expectProblem(response, 429, 'too-many-requests', path);
      expect(response.headers).toMatchObject({
        'retry-after': limits['Retry-After'],
        ratelimit: limits.RateLimit,
        'ratelimit-policy': limits['RateLimit-Policy'],
      });
      expect(setCookies(response)).toEqual({});
      expect(response.headers['proxy-status']).toBeUndefined();
    },
  );

  test('are each sent to Identity once, which alone counts them', async () => {
    const testbed = await startTestbed();
    const wrong = { ...CREDENTIALS, password: 'a wrong one' };
    for (let count = 0; count < 20; count += 1)
      expect((await attempt(testbed, '/api/auth/login', wrong)).status).toBe(401);
    expect(testbed.identity.count(/sessions/)).toBe(20);
    expect((await attempt(testbed, '/api/auth/login', CREDENTIALS)).status).toBe(200);
  });
});
