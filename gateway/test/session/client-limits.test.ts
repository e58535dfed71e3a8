// Fair shares: the requests of an address and of a user in a minute are limited, and so are the writes of a user.
import { expect, test } from '@jest/globals';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const read = ({ request }: Testbed, client: string, path = '/api/posts/5') =>
  request(path, { headers: { 'X-Forwarded-For': client } });

test('requests of an address above its limit are a 429, and those of others are answered', async () => {
  const testbed = await startTestbed({
    env: { REQUESTS_PER_ADDRESS: '4', TRUST_PROXY: 'loopback' },
  });
  const fields: unknown[] = [];
  for (let at = 1; at <= 4; at += 1) {
    const { status, headers } = await read(testbed, '192.0.2.1');
    expect(status).toBe(200);
    fields.push(headers['ratelimit']);
  }
  // Told once half of it is used up.
  expect(fields).toEqual([
    undefined,
    '"address";r=2;t=60',
    expect.stringMatching(/^"address";r=1;t=/),
    expect.stringMatching(/^"address";r=0;t=/),
  ]);
  testbed.social.clearRequests();
  const refused = await read(testbed, '192.0.2.1');
  expectProblem(refused, 429, 'too-many-requests', '/api/posts/5');
  expect(refused.headers).toMatchObject({
    'ratelimit-policy': '"address";q=4;w=60',
    ratelimit: expect.stringMatching(/^"address";r=0;t=(60|5\d)$/),
    'retry-after': expect.stringMatching(/^(60|5\d)$/),
  });
  expect(testbed.social.requests).toEqual([]);
  expect((await read(testbed, '192.0.2.2')).status).toBe(200);
});

test('an IPv6 client counts by its /64, whatever the path and the method', async () => {
  const testbed = await startTestbed({
    env: { REQUESTS_PER_ADDRESS: '2', TRUST_PROXY: 'loopback' },
  });
  await read(testbed, '2001:db8::1');
  await testbed.request('/api/auth/logout', {
    method: 'POST',
    headers: { 'X-Forwarded-For': '2001:db8::2' },
  });
  expect((await read(testbed, '2001:db8::3', '/api/users/1')).status).toBe(429);
  expect((await read(testbed, '2001:db8:0:1::3', '/api/users/1')).status).toBe(200);
});

test('the limits of a user hold at all addresses and in all sessions, and for no other user', async () => {
  const testbed = await startTestbed({ env: { REQUESTS_PER_USER: '3', TRUST_PROXY: 'loopback' } });
  const feedOf = (userId: number, at: number) =>
    testbed.request('/api/feed', {
      headers: {
        ...bearer(testbed.identity.openSession(userId)),
        'X-Forwarded-For': `192.0.2.${at}`,
      },
    });
  for (let at = 1; at <= 3; at += 1) expect((await feedOf(7, at)).status).toBe(200);
  const refused = await feedOf(7, 4);
  expectProblem(refused, 429, 'too-many-requests', '/api/feed');
  expect(refused.headers['ratelimit-policy']).toBe('"user";q=3;w=60');
  expect((await feedOf(8, 1)).status).toBe(200);
  expect((await read(testbed, '192.0.2.1')).status).toBe(200);
});

test('writes of a user have a limit of their own, so that reads continue', async () => {
  const testbed = await startTestbed({ env: { WRITES_PER_USER: '2' } });
  const headers = bearer(testbed.identity.openSession(7));
  const unfriend = () => testbed.request('/api/friends/9', { method: 'DELETE', headers });
  const first = await unfriend();
  expect(first.headers['ratelimit']).toContain('"writes";r=1;t=60');
  expect(first.headers['ratelimit-policy']).toContain('"writes";q=2;w=60');
  expect((await unfriend()).status).toBe(204);
  testbed.social.clearRequests();
  const refused = await unfriend();
  expectProblem(refused, 429, 'too-many-requests', '/api/friends/9');
  expect(testbed.social.requests).toEqual([]);
  expect((await testbed.request('/api/feed', { headers })).status).toBe(200);
});

test('a limit of 0 is none', async () => {
  const none = { REQUESTS_PER_ADDRESS: '0', REQUESTS_PER_USER: '0', WRITES_PER_USER: '0' };
  const testbed = await startTestbed({ env: none });
  const headers = bearer(testbed.identity.openSession(7));
  const answer = await testbed.request('/api/friends/9', { method: 'DELETE', headers });
  expect([answer.status, answer.headers['ratelimit']]).toEqual([204, undefined]);
});
