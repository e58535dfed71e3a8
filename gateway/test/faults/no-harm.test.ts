// A slow client, or a service without keys, does not affect the answers of others.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { breakerStateOf } from '../support/breakers.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';
import { always } from 'chassis/testing/stub-server';

test('answers requests whose bodies take longer than the request deadline, and opens no breaker', async () => {
  const testbed = await startTestbed({
    env: { REQUEST_DEADLINE_MS: '300', AUTHOR_DEADLINE_MS: '200' },
  });
  const body = JSON.stringify({ username: 'user_7', password: PASSWORD });
  const { hostname, port } = new URL(testbed.gateway.url);
  const sendSlowly = async (): Promise<string> => {
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    await once(socket, 'connect');
    socket.write(
      `POST /api/auth/login HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n` +
        `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    // A real delay: the slowness is what this test is about.
    setTimeout(() => socket.write(body.slice(5)), 350);
    return (await socket.toArray()).join('');
  };
  const response = await Promise.all(Array.from({ length: 6 }, sendSlowly));
  for (const text of response) expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(await breakerStateOf(testbed, 'identity')).toBe('closed');
});

test('passes on Social’s keys-missing to requests with a session, and serves all others', async () => {
  const testbed = await startTestbed();
  const headers = bearer(testbed.identity.openSession(7));
  testbed.social.respondWith(
    always({
      status: 503,
      body: {
        type: 'urn:social-network:problem:keys-missing',
        title: 'Sessions cannot be checked now',
        status: 503,
        detail: 'The keys that verify access tokens are not available now',
        instance: '/api/feed',
        requestId: 'r',
      },
    }),
  );
  for (let i = 0; i < 10; i += 1)
    expectProblem(
      await testbed.request('/api/feed', { headers }),
      503,
      'keys-missing',
      '/api/feed',
    );
  expect(testbed.social.requests).toHaveLength(10);
  expect(await breakerStateOf(testbed, 'social')).toBe('closed');
  testbed.social.respondWith();
  expect((await testbed.request('/api/posts/5')).status).toBe(200);
});
