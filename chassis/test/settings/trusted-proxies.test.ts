// Proxies whose X-Forwarded-For header is trusted.
import { expect, test } from '@jest/globals';
import { createApp } from 'chassis/http/app';
import { trustedProxies } from 'chassis/settings/trusted-proxies';
import request from 'supertest';
import { memoryLog } from 'chassis/testing/memory-log';

const setting = trustedProxies('loopback', 'about');

test.each([
  ['none', []],
  ['loopback', ['loopback']],
  ['10.0.0.0/8, ::1', ['10.0.0.0/8', '::1']],
  ['uniquelocal,192.0.2.1', ['uniquelocal', '192.0.2.1']],
])('accepts %s', (text, list) => {
  expect(setting.parse(text)).toEqual(list);
});

test.each(['all', 'true', '10.0.0.0/33', '10.0.0.0/8/8', 'example.com', 'loopback,', '1'])(
  'rejects %s',
  (text) => {
    expect(setting.safeParse(text).success).toBe(false);
  },
);

const addressWith = async (trustProxy: readonly string[]): Promise<unknown> => {
  const app = createApp({
    routes: [
      { method: 'get', path: '/', handle: (req) => ({ body: { ip: req.ip }, cache: 'no-store' }) },
    ],
    log: memoryLog().log,
    trustProxy,
  });
  return (await request(app).get('/').set('X-Forwarded-For', '203.0.113.9, 198.51.100.7')).body;
};

test('takes the address of the client from a trusted proxy, not from the client', async () => {
  expect(await addressWith(['loopback'])).toEqual({ ip: '198.51.100.7' });
});

test('ignores the header of other clients', async () => {
  expect(await addressWith([])).toEqual({ ip: expect.stringMatching(/127\.0\.0\.1$/) });
});
