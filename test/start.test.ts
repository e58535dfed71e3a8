// What `npm start` says when it cannot start.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { freePorts } from 'chassis/testing/free-ports';
import { start } from './support/system.ts';

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
