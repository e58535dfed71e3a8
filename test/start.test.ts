// `npm start` with the real processes.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, jest, test } from '@jest/globals';
import { freePorts } from 'chassis/testing/free-ports';
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

test('names a port that is in use, and its setting, before it starts a process', async () => {
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
  [{ IDENTITY_PORT: '0' }, 'IDENTITY_PORT is 0, but should be a fixed port'],
  [{ SOCIAL_PORT: '7000', IDENTITY_PORT: '7000' }, 'IDENTITY_PORT and SOCIAL_PORT are both 7000'],
  [
    { DATABASE_URL: 'postgres://localhost/x' },
    'DATABASE_URL is set, but `npm start` uses embedded databases',
  ],
])('stops with exit code 1 on invalid settings: %j', async (env, line) => {
  const system = await start(env);
  expect(await system.ended).toBe(1);
  expect(system.text()).toContain(line);
  expect(system.text().trimEnd().split('\n')).toHaveLength(1);
});
