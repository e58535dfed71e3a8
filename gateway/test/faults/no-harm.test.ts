// What one client does, or one service lacks, costs nobody else an answer.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { PASSWORD } from '../support/accounts.ts';
import { stateOf } from '../support/breakers.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { stage } from '../support/stage.ts';
import { answers } from '../support/upstream.ts';

test('a body that takes longer than a request may is answered like any other, and opens no breaker', async () => {
  const it = await stage({ env: { REQUEST_DEADLINE_MS: '300', AUTHOR_DEADLINE_MS: '200' } });
  const body = JSON.stringify({ username: 'user_7', password: PASSWORD });
  const { hostname, port } = new URL(it.gateway.url);
  const slowly = async (): Promise<string> => {
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    await once(socket, 'connect');
    socket.write(
      `POST /api/auth/login HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n` +
        `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    // The slowness itself is what is tested.
    setTimeout(() => socket.write(body.slice(5)), 350);
    return (await socket.toArray()).join('');
  };
  const heard = await Promise.all(Array.from({ length: 6 }, slowly));
  for (const text of heard) expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(await stateOf(it, 'identity')).toBe('closed');
});

test('a Social that has no keys says so to those with a session, and goes on for everybody else', async () => {
  const it = await stage();
  const headers = bearer(it.identity.begin(7));
  it.social.behave(
    answers({
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
    expectProblem(await it.get('/api/feed', { headers }), 503, 'keys-missing', '/api/feed');
  expect(it.social.seen).toHaveLength(10);
  expect(await stateOf(it, 'social')).toBe('closed');
  it.social.behave();
  expect((await it.get('/api/posts/5')).status).toBe(200);
});
