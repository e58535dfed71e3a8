// The readable name of a device.
import { expect, test } from '@jest/globals';
import { deviceNameOf } from '../../src/sessions/device-name.ts';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K)';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15';

test.each([
  [`${WINDOWS} Gecko/20100101 Firefox/140.0`, 'Firefox on Windows'],
  [`${WINDOWS} ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, 'Chrome on Windows'],
  [`${WINDOWS} ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, 'Edge on Windows'],
  [`${WINDOWS} ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0`, 'Opera on Windows'],
  [
    `${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15`,
    'Safari on macOS',
  ],
  [`${ANDROID} ${WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36`, 'Chrome on Android'],
  [
    `${ANDROID} ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
    'Samsung Internet on Android',
  ],
  [`${IPHONE} (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1`, 'Safari on iPhone'],
  [`${IPHONE} (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1`, 'Chrome on iPhone'],
  [`${IPHONE} (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148`, 'Firefox on iPhone'],
  [
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`,
    'Chrome on ChromeOS',
  ],
  [
    `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/140.0.0.0 Safari/537.36`,
    'Chrome on Linux',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64)', 'Linux'],
  ['curl/8.14.1', 'curl'],
  ['node', 'node'],
  ['python-requests/2.32.3', 'python-requests'],
  ['Mozilla/5.0', null],
  ['', null],
  ['☃/1 <script>', null],
  [undefined, null],
])('of %j is %j', (userAgent, name) => {
  expect(deviceNameOf(userAgent)).toBe(name);
});

test('takes no time and fits into the contract for the longest texts', () => {
  for (const text of ['a', 'Version/', 'Mozilla/5.0 (Linux; Android) ']) {
    const startedAt = performance.now();
    const name = deviceNameOf(text.repeat(100_000));
    expect(performance.now() - startedAt).toBeLessThan(100);
    expect((name ?? '').length).toBeLessThanOrEqual(50);
  }
});
