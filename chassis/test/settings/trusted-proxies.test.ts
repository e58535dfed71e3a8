// Proxies whose X-Forwarded-For header is trusted.
import { expect, test } from '@jest/globals';
import { trustedProxies } from 'chassis/settings/trusted-proxies';

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
