// The story of `npm start`, with the real processes: everybody who clones this sees it first.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, jest, test } from '@jest/globals';
import { freePorts } from 'chassis/testing/free-ports';
import { until, untilSuccess } from 'chassis/testing/until';
import { expectNothingLeft, ready, run, start, type System } from './support/system.ts';

// Two databases are made from nothing, on whatever machine this is.
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

test('it starts all three, serves the seed, outlives Identity, takes it back, and stops all', async () => {
  // Authors are never fresh, so that every answer shows how Identity is; the breaker heals fast.
  const system = await start({ AUTHOR_TTL_MS: '0', POST_TTL_MS: '0', BREAKER_RESET_MS: '100' });
  await ready(system);
  const identity = system.pidOf('identity');
  const social = system.pidOf('social');
  const whole = await get(system, '/api/posts/5');
  expect(whole).toMatchObject({ status: 200, body: seed });
  expect(whole.headers.get('proxy-status')).toBeNull();

  process.kill(identity, 'SIGKILL');
  await until('it tells of the end', () => system.text().includes('identity ended (SIGKILL)'));
  const stale = await get(system, '/api/posts/5');
  expect(stale).toMatchObject({ status: 200, body: seed });
  expect(stale.headers.get('proxy-status')).toMatch(/^identity; error=/);
  // Nobody had asked for this one's author: the name is from Social's copy.
  const copied = await get(system, '/api/posts/4');
  const author = { username: 'tea_and_rain' };
  expect(copied).toMatchObject({ status: 200, body: { id: 4, author } });
  expect(copied.headers.get('cache-status')).toContain('author; fwd=miss; detail=replica');
  expect(copied.headers.get('proxy-status')).toMatch(/^identity; error=/);

  // The very command that it named, as typed into a second terminal.
  const [, command] = /To start it again.*\n {2}(.+)$/m.exec(system.text())!;
  const alone = run('sh', ['-c', command!]);
  const isFresh = async () => {
    const { headers, body } = await get(system, '/api/posts/4');
    return (
      !headers.has('proxy-status') && (body as typeof seed).author.username === author.username
    );
  };
  await untilSuccess('the author is Identity’s again', isFresh, 20_000);
  const restarted = system.pidOf('identity');
  expect(restarted).not.toBe(identity);
  process.kill(restarted, 'SIGTERM');
  await alone.ended;

  process.kill(system.pid, 'SIGTERM');
  expect(await system.ended).toBe(0);
  await expectNothingLeft(system, [identity, social, restarted]);
});

test('Ctrl-C, which a terminal sends to everybody at once, stops all with exit code 0', async () => {
  const system = await start();
  await ready(system);
  const pids = [system.pidOf('identity'), system.pidOf('social')];
  process.kill(-system.pid, 'SIGINT');
  expect(await system.ended).toBe(0);
  // Each was asked once: a second signal would have cut its requests.
  expect(system.text().match(/"msg":"stopped"/g)).toHaveLength(3);
  await expectNothingLeft(system, pids);
});

test('a taken port is told with the setting that changes it, before anything starts', async () => {
  const [port] = await freePorts(1);
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const system = await start({ SOCIAL_ADMIN_PORT: String(port) });
  expect(await system.ended).toBe(1);
  expect(system.text()).toMatch(
    new RegExp(
      String.raw`^Cannot listen on 127\.0\.0\.1:${port}: .*SOCIAL_ADMIN_PORT=\d+ npm start\n$`,
    ),
  );
  await once(other.close(), 'close');
});

test.each([
  [{ GATEWAY_PORT: 'web' }, 'GATEWAY_PORT is "web", but should be a whole number'],
  [{ IDENTITY_PORT: '0' }, 'IDENTITY_PORT is 0, but should be a port that the others can know'],
  [{ SOCIAL_PORT: '7000', IDENTITY_PORT: '7000' }, 'IDENTITY_PORT and SOCIAL_PORT are both 7000'],
  [{ DATABASE_URL: 'postgres://localhost/x' }, 'DATABASE_URL is set, but here each service'],
])('wrong settings stop the start with exit code 1: %j', async (env, line) => {
  const system = await start(env);
  expect(await system.ended).toBe(1);
  expect(system.text()).toContain(line);
  expect(system.text().trimEnd().split('\n')).toHaveLength(1);
});

test.each([
  ['SIGINT', 'everybody in the terminal, as Ctrl-C does', (npm: number) => -npm],
  ['SIGTERM', 'npm alone', (npm: number) => npm],
] as const)(
  'one process started by npm: %s to %s lets a request finish',
  async (signal, _, whom) => {
    const social = createServer().listen(0, '127.0.0.1');
    await once(social, 'listening');
    const [port, adminPort] = (await freePorts(2)) as [number, number];
    const gateway = run('npm', ['start', '-w', 'gateway'], {
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      SOCIAL_URL: `http://127.0.0.1:${(social.address() as AddressInfo).port}`,
    });
    await until('it listens', () => gateway.text().includes('"listening"'), 60_000);

    const asked = once(social, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const answer = fetch(`http://127.0.0.1:${port}/api/posts/1`);
    const [, response] = await asked;
    process.kill(whom(gateway.pid), signal);
    await until('it stops', () => gateway.text().includes('"stopping'));
    // npm may pass on what the terminal has sent already; that is still the same Ctrl-C.
    if (signal === 'SIGINT') process.kill(whom(gateway.pid), signal);
    response.writeHead(404, { 'Content-Type': 'application/problem+json' }).end('{}');
    expect((await answer).status).toBe(404);

    expect(await gateway.ended).toBe(0);
    expect(gateway.text()).toContain('"msg":"stopped"');
    await once(social.close(), 'close');
  },
);
