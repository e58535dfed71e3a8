// `npm start` with the real processes: what it serves, how it ends when one of its four processes ends by itself, and how a
// service that npm started ends.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { freePorts } from 'chassis/testing/free-ports';
import { problem } from 'chassis/testing/stub-server';
import { until, untilSuccess } from 'chassis/testing/until';
import { expectAllEnded, ready, run, start, type System } from './support/system.ts';

// The start creates two databases, which is slow on some machines.
jest.setTimeout(120_000);

const seed = {
  id: 5,
  content: 'Cats are great, dogs are too. But, to be fair, the sun is much better.',
  author: { id: 1, username: 'cat_sun_dog' },
  createdAt: expect.any(String),
};

async function get(system: System, path: string) {
  const answer = await fetch(system.url + path);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

test('starts all three processes, serves the demo data, works without Identity and with it again, and stops all', async () => {
  // Authors are never fresh, so that every answer shows the state of Identity. The breaker sends a probe soon.
  const system = await start({ AUTHOR_TTL_MS: '0', POST_TTL_MS: '0', BREAKER_RESET_MS: '100' });
  await ready(system);
  const identity = system.pidOf('identity');
  const social = system.pidOf('social');
  const complete = await get(system, '/api/posts/5');
  expect(complete).toMatchObject({ status: 200, body: seed });
  expect(complete.headers.get('proxy-status')).toBeNull();

  process.kill(identity, 'SIGKILL');
  await until('the launcher reports the end', () =>
    system.text().includes('identity ended (SIGKILL)'),
  );
  const stale = await get(system, '/api/posts/5');
  expect(stale).toMatchObject({ status: 200, body: seed });
  expect(stale.headers.get('proxy-status')).toMatch(/^identity; error=/);
  // The author of this post was never requested: the name is from Social's replica.
  const replicated = await get(system, '/api/posts/4');
  const author = { username: 'tea_and_rain' };
  expect(replicated).toMatchObject({ status: 200, body: { id: 4, author } });
  expect(replicated.headers.get('cache-status')).toContain('author; fwd=miss; detail=replica');
  expect(replicated.headers.get('proxy-status')).toMatch(/^identity; error=/);

  // The command that it printed, as if typed into a second terminal.
  const [, command] = /To start it again.*\n {2}(.+)$/m.exec(system.text())!;
  const secondTerminal = run('sh', ['-c', command!]);
  const isFresh = async () => {
    const { headers, body } = await get(system, '/api/posts/4');
    return (
      !headers.has('proxy-status') && (body as typeof seed).author.username === author.username
    );
  };
  await untilSuccess('the author is from Identity again', isFresh, 20_000);
  const restarted = system.pidOf('identity');
  expect(restarted).not.toBe(identity);
  process.kill(restarted, 'SIGTERM');
  await secondTerminal.ended;

  process.kill(system.pid, 'SIGTERM');
  expect(await system.ended).toBe(0);
  await expectAllEnded(system, [identity, social, restarted]);
});

test('stops all processes with exit code 0 on Ctrl-C, which a terminal sends to the whole process group', async () => {
  const system = await start();
  await ready(system);
  const pids = [system.pidOf('identity'), system.pidOf('social')];
  process.kill(-system.pid, 'SIGINT');
  expect(await system.ended).toBe(0);
  // Each process got one signal: a second one would have cancelled its requests.
  expect(system.text().match(/"msg":"stopped"/g)).toHaveLength(3);
  await expectAllEnded(system, pids);
});

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

    const arrived = new Promise<ServerResponse>((resolve) => {
      social.on('request', ({ url }: IncomingMessage, res: ServerResponse) => {
        if (url?.startsWith('/api/posts')) resolve(res);
      });
    });
    const answer = fetch(`http://127.0.0.1:${port}/api/posts/1`);
    const response = await arrived;
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
