// Identity as a process: reasons not to start, and how the process ends.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { logged, startNode, startService } from 'chassis/testing/process';
import { embeddedDatabase, emptyFolder } from 'chassis/testing/database';

const main = join(import.meta.dirname, '../src/main.ts');
const anyPort = { PORT: '0', ADMIN_PORT: '0' };

describe('a start that fails prints plain lines and exits with code 1', () => {
  test('for all wrong settings at once, without their secrets', async () => {
    const { ended } = startNode(main, {
      PORT: 'abc',
      ADMIN_PORT: '65536',
      DATABASE_URL: 'mysql://me:hush@db/users',
      NATS_URL: 'http://me:hush@nats',
      NATS_REPLICAS: '6',
      LOG_LEVEL: 'loud',
      DEMO_DATA: 'true',
      NODE_ENV: 'production',
    });
    expect(await ended).toEqual({
      code: 1,
      stderr: [
        'PORT is "abc", but should be a whole number from 0 to 65535.',
        'ADMIN_PORT is "65536", but should be a whole number from 0 to 65535.',
        'LOG_LEVEL is "loud", but should be one of fatal, error, warn, info, debug, trace, silent.',
        'DATABASE_URL is [hidden], but should be an address such as postgres://user:password@host:5432/database.',
        'NATS_URL is [hidden], but should be an address such as nats://127.0.0.1:4222, or several separated by commas.',
        'NATS_REPLICAS is "6", but should be a whole number from 1 to 5.',
        'DEMO_DATA is "true", but should be true or false, and not true when NODE_ENV is production.',
        'SIGNING_KEY_SECRET is not set, but should be 32 bytes in base64url, or none; with a value when NODE_ENV is production.',
        '',
      ].join('\n'),
    });
  });

  test('for a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { settings, remove } = await embeddedDatabase();
    const { ended } = startNode(main, { ...settings, ...anyPort, PORT: String(port) });
    expect(await ended).toEqual({
      code: 1,
      stderr: `Cannot listen on 127.0.0.1:${port}: something else listens there.\n`,
    });
    other.close();
    await remove();
  });

  test('for a data directory that cannot exist', async () => {
    const { ended } = startNode(main, { ...anyPort, DATA_DIR: '/dev/null/data' });
    expect(await ended).toEqual({
      code: 1,
      stderr: 'The data directory /dev/null/data cannot be used: ENOTDIR.\n',
    });
  });
});

test('a data directory serves one process; the next process starts when the first was killed', async () => {
  const { settings, remove } = await embeddedDatabase();
  const first = startNode(main, { ...settings, ...anyPort });
  await logged(first, 'listening');
  expect(await startNode(main, { ...settings, ...anyPort }).ended).toEqual({
    code: 1,
    stderr: `The data directory ${settings.DATA_DIR} is in use by process ${first.process.pid}. Stop that process, or set another DATA_DIR.\n`,
  });
  await first.stop('SIGKILL');

  const { child, url } = await startService(main, { ...settings, DEMO_DATA: 'true' });
  expect((await fetch(`${url}/api/users/1`)).status).toBe(200);
  expect(await child.stop()).toEqual({ code: 0, stderr: '' });
  await remove();
});

test('the service starts while its database server is down, answers 503, and exits with code 0', async () => {
  const closedServer = createServer().listen(0, '127.0.0.1');
  await once(closedServer, 'listening');
  const { port } = closedServer.address() as AddressInfo;
  closedServer.close();
  await once(closedServer, 'close');

  const { child, url, adminUrl } = await startService(main, {
    DATABASE_URL: `postgres://someone:hush@127.0.0.1:${port}/users`,
    DATA_DIR: await emptyFolder(),
  });
  const response = await fetch(`${url}/api/users/1`);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ type: 'urn:social-network:problem:not-ready' });
  expect((await fetch(`${adminUrl}/readyz`)).status).toBe(503);
  expect((await fetch(`${adminUrl}/healthz`)).status).toBe(200);
  expect(await child.stop()).toEqual({ code: 0, stderr: '' });
});
