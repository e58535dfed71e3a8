// How `npm start` ends when one of its four processes ends by itself, and how a service that npm started ends.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { freePorts } from 'chassis/testing/free-ports';
import { problem } from 'chassis/testing/stub-server';
import { until } from 'chassis/testing/until';
import { expectAllEnded, ready, run, start } from './support/system.ts';

// The start creates two databases, which is slow on some machines.
jest.setTimeout(120_000);

test('ends all processes when the launcher is killed', async () => {
  const system = await start();
  await ready(system);
  const pids = [system.pidOf('identity'), system.pidOf('social')];
  process.kill(system.pid, 'SIGKILL');
  expect(await system.ended).toBe('SIGKILL');
  await expectAllEnded(system, pids);
});

test('ends the other processes with exit code 1 when one process cannot start', async () => {
  const system = await start({ BREAKER_VOLUME: 'many' });
  expect(await system.ended).toBe(1);
  expect(system.text()).toMatch(/^gateway {2}│ BREAKER_VOLUME is "many", but should be /m);
  expect(system.text()).toMatch(/^gateway ended before it was ready \(exit code 1\)\.$/m);
  await expectAllEnded(system, []);
});

test.each([
  ['SIGINT', 'the process group, as Ctrl-C does', (npm: number) => -npm],
  ['SIGTERM', 'npm alone', (npm: number) => npm],
] as const)(
  'lets a request finish when one service was started by npm and %s is sent to %s',
  async (signal, _, targetOf) => {
    const social = createServer().listen(0, '127.0.0.1');
    await once(social, 'listening');
    const [port, adminPort] = (await freePorts(2)) as [number, number];
    const gateway = run('npm', ['start', '-w', 'gateway'], {
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      SOCIAL_URL: `http://127.0.0.1:${(social.address() as AddressInfo).port}`,
    });
    await until('the gateway listens', () => gateway.text().includes('"listening"'), 60_000);

    const arrived = once(social, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const answer = fetch(`http://127.0.0.1:${port}/api/posts/1`);
    const [, response] = await arrived;
    process.kill(targetOf(gateway.pid), signal);
    await until('the gateway is stopping', () => gateway.text().includes('"stopping'));
    // npm may pass on a signal that the terminal has sent already: it is the same Ctrl-C.
    if (signal === 'SIGINT') process.kill(targetOf(gateway.pid), signal);
    const { body } = problem('not-found');
    response
      .writeHead(404, { 'Content-Type': 'application/problem+json' })
      .end(JSON.stringify(body));
    expect((await answer).status).toBe(404);

    expect(await gateway.ended).toBe(0);
    expect(gateway.text()).toContain('"msg":"stopped"');
    await once(social.close(), 'close');
  },
);
