// Who may use the admin port, over real connections.
import { afterEach, expect, test } from '@jest/globals';
import { createMetrics } from 'chassis/observability/metrics';
import { adminAccess } from 'chassis/admin/access';
import { requestAdmin } from 'chassis/admin/client';
import { serve, type Running } from 'chassis/process/process';
import { memoryLog } from 'chassis/testing/memory-log';

const ALL = 'token-for-everything';
const READ = 'token-for-reading-only';

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const handle = () => ({ body: { done: true }, cache: 'no-store' as const });

/** Starts a process with one route that reads and one that switches. */
async function startWith(tokens: { ADMIN_TOKEN?: string; ADMIN_READ_TOKEN?: string }) {
  running = await serve({
    handler: (_req, res) => void res.end(),
    settings: {
      HOST: '127.0.0.1',
      PORT: 0,
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: 0,
      KEEP_ALIVE_MS: 15_000,
      NODE_ENV: 'development',
      ...tokens,
    },
    metrics: createMetrics(),
    log: memoryLog().log,
    routes: [
      { method: 'get', path: '/switch', handle },
      { method: 'post', path: '/switch', handle },
    ],
    close: () => {},
  });
  return running.adminUrl;
}

const basic = (password: string): string =>
  `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;

/** Returns the status of each request with this Authorization header. */
async function statuses(url: string, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  const status = async (path: string, method = 'GET') => {
    const answer = await fetch(url + path, { method, headers });
    await answer.arrayBuffer();
    return answer.status;
  };
  return {
    health: [await status('/healthz'), await status('/readyz')],
    read: [await status('/metrics'), await status('/switch'), await status('/switch', 'HEAD')],
    change: await status('/switch', 'POST'),
  };
}

const open = [200, 200];
const everything = { health: open, read: [200, 200, 200], change: 200 };
const reading = { health: open, read: [200, 200, 200], change: 403 };
const nothing = { health: open, read: [401, 401, 401], change: 401 };

test('needs no token when none is set', async () => {
  expect(await statuses(await startWith({}))).toEqual(everything);
});

test('needs the token for everything but health and readiness, as bearer token or as password', async () => {
  const url = await startWith({ ADMIN_TOKEN: ALL });
  for (const authorization of [`Bearer ${ALL}`, `bearer ${ALL}`, basic(ALL)])
    expect(await statuses(url, authorization)).toEqual(everything);
  for (const authorization of [undefined, ALL, `Bearer ${READ}`, 'Bearer ', basic(''), 'Basic ?'])
    expect(await statuses(url, authorization)).toEqual(nothing);
});

test('allows reading, but no change, with the token for reading', async () => {
  const url = await startWith({ ADMIN_TOKEN: ALL, ADMIN_READ_TOKEN: READ });
  expect(await statuses(url, `Bearer ${READ}`)).toEqual(reading);
  expect(await statuses(url, basic(READ))).toEqual(reading);
  expect(await statuses(url, `Bearer ${ALL}`)).toEqual(everything);
  expect(await statuses(url)).toEqual(nothing);
});

test('lets a browser ask its user for the token, and says why a request was refused', async () => {
  const url = await startWith({ ADMIN_TOKEN: ALL });
  const answer = await fetch(`${url}/switch`);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
  expect(await answer.json()).toMatchObject({ detail: 'The admin port needs its token' });
});

test('gets the token from commands that read the same settings', async () => {
  const url = await startWith({ ADMIN_TOKEN: ALL });
  const address = { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: Number(URL.parse(url)?.port) };
  const withToken = { ...address, ADMIN_TOKEN: ALL };
  expect(await requestAdmin(withToken, 'POST', '/switch')).toEqual({ done: true });
  await expect(requestAdmin(address, 'POST', '/switch')).rejects.toThrow(
    'answered with 401: The admin port needs its token.',
  );
});

test.each(['0.0.0.0', '::', '10.0.0.7', 'gateway', '127.0.0.1.example.com'])(
  'refuses to start without a token at %s, unless told that only operators reach it',
  (ADMIN_HOST) => {
    expect(() => adminAccess({ ADMIN_HOST })).toThrow(
      `ADMIN_HOST is "${ADMIN_HOST}", which others can reach: set ADMIN_TOKEN, or ADMIN_OPEN=true if only operators can reach it.`,
    );
    adminAccess({ ADMIN_HOST, ADMIN_OPEN: true });
    adminAccess({ ADMIN_HOST, ADMIN_TOKEN: ALL });
  },
);

test.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost'])('needs no token at %s', (ADMIN_HOST) => {
  adminAccess({ ADMIN_HOST });
});

test('refuses a token for reading without one for changes', () => {
  expect(() => adminAccess({ ADMIN_HOST: '127.0.0.1', ADMIN_READ_TOKEN: READ })).toThrow(
    'ADMIN_READ_TOKEN is set, but ADMIN_TOKEN should be set, too.',
  );
});
