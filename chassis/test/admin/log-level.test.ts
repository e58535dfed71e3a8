// The level of the log, changed while the process runs.
import { afterEach, expect, jest, test } from '@jest/globals';
import { createAdminApp } from 'chassis/admin/app';
import { adminAccess } from 'chassis/admin/access';
import { createMetrics } from 'chassis/observability/metrics';
import { memoryLog } from 'chassis/testing/memory-log';
import { serve } from '../support/http.ts';

afterEach(() => {
  jest.useRealTimers();
});

const as = (token: string) => ({ Authorization: `Bearer ${token}` });

async function start(token?: string) {
  const { log, lines } = memoryLog();
  log.level = 'info';
  const app = createAdminApp({
    metrics: createMetrics(),
    log,
    readiness: () => undefined,
    access: adminAccess({
      ADMIN_HOST: '127.0.0.1',
      ...(token && { ADMIN_TOKEN: token, ADMIN_READ_TOKEN: 'r'.repeat(16) }),
    }),
  });
  const url = await serve(app);
  const send = async (method: string, path: string, headers = {}) => {
    const answer = await fetch(url + path, { method, headers });
    return { status: answer.status, body: await answer.json() };
  };
  return { log, lines, send };
}

test('the level is changed for some minutes, and goes back by itself', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  const { log, lines, send } = await start();
  expect((await send('GET', '/log-level')).body).toEqual({ level: 'info', default: 'info' });
  const until = new Date(Date.now() + 5 * 60_000).toISOString();
  const changed = await send('POST', '/log-level/debug?minutes=5');
  expect(changed).toEqual({ status: 200, body: { level: 'debug', default: 'info', until } });
  expect(log.isLevelEnabled('debug')).toBe(true);
  expect(lines.at(-1)).toMatchObject({
    msg: 'log level changed by an operator',
    newLevel: 'debug',
    until,
  });
  jest.advanceTimersByTime(5 * 60_000 - 1);
  expect(log.level).toBe('debug');
  jest.advanceTimersByTime(1);
  expect(log.level).toBe('info');
  expect((await send('GET', '/log-level')).body).toEqual({ level: 'info', default: 'info' });
});

test('a second change replaces the first one, and default goes back at once', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
  const { log, send } = await start();
  await send('POST', '/log-level/debug?minutes=1');
  await send('POST', '/log-level/trace?minutes=3');
  jest.advanceTimersByTime(2 * 60_000);
  expect(log.level).toBe('trace');
  await send('POST', '/log-level/default');
  expect(log.level).toBe('info');
});

test.each([
  '/log-level/loud',
  '/log-level/silent',
  '/log-level/debug?minutes=0',
  '/log-level/debug?minutes=x',
  '/log-level/debug?hours=1',
])('POST %s is a 400 and changes nothing', async (path) => {
  const { log, send } = await start();
  expect((await send('POST', path)).status).toBe(400);
  expect(log.level).toBe('info');
});

test('only the token for switching changes the level, and no page of another origin does', async () => {
  const token = 't'.repeat(16);
  const { log, send } = await start(token);
  expect((await send('GET', '/log-level', as('r'.repeat(16)))).status).toBe(200);
  expect((await send('POST', '/log-level/debug', as('r'.repeat(16)))).status).toBe(403);
  const foreign = { ...as(token), Origin: 'http://evil.example' };
  expect((await send('POST', '/log-level/debug', foreign)).status).toBe(403);
  expect(log.level).toBe('info');
  expect((await send('POST', '/log-level/debug', as(token))).status).toBe(200);
  await send('POST', '/log-level/default', as(token));
});
