// Which pages may send commands to the admin port of a process.
import { expect, test } from '@jest/globals';
import { requireOwnHost, requireSameOrigin } from 'chassis/admin/same-origin';

const check = (headers: Record<string, string>) => () => requireSameOrigin({ headers });

test.each([
  ['a client that is not a browser', { host: '127.0.0.1:9081' }],
  ['its own page', page('127.0.0.1:9080')],
  ['its own page, at an IPv6 address', page('[::1]:9080')],
  ['its own page, at a host name without dots', page('gateway:9080')],
  ['its own page, in a browser without Sec-Fetch-Site', page('localhost:9080', '')],
  ['an address typed into the browser', { host: 'localhost:9080', 'sec-fetch-site': 'none' }],
])('accepts a request of %s', (_, headers) => {
  expect(check(headers)).not.toThrow();
});

test.each([
  ['a page of another site', page('localhost:9080', 'cross-site', 'https://evil.example')],
  [
    'a page of another site in a browser without Sec-Fetch-Site',
    page('localhost:9080', '', 'https://evil.example'),
  ],
  ['a page of another port', page('localhost:9080', 'same-site', 'http://localhost:3000')],
  [
    'a page of another port in a browser without Sec-Fetch-Site',
    page('localhost:9080', '', 'http://localhost:1'),
  ],
  ['a page with the origin null', page('localhost:9080', '', 'null')],
  ['a page without a Host header', { 'sec-fetch-site': 'same-origin' }],
])('rejects a request of %s', (_, headers) => {
  expect(check(headers)).toThrow(expect.objectContaining({ slug: 'forbidden', status: 403 }));
});

const names = ['admin.example.com'];

test.each([
  '127.0.0.1:9080',
  '10.1.2.3',
  '[::1]:9080',
  'localhost:9080',
  'gateway:9080',
  'GATEWAY',
  'gateway.shop.svc:9080',
  'gateway.shop.svc.cluster.local:9080',
  'gateway.internal',
  'admin.example.com:9080',
  'Admin.Example.COM',
  undefined,
])('a request for the host %s is for this process', (host) => {
  expect(() => requireOwnHost({ headers: { ...(host && { host }) } }, names)).not.toThrow();
});

test.each([
  'evil.example',
  '127.0.0.1.evil.example:9080',
  'admin.example.com.evil.example',
  'evil.local.example',
  'evil.example.',
  '',
])('a request for the host %j, which anybody may own, is refused', (host) => {
  expect(() => requireOwnHost({ headers: { host } }, names)).toThrow(
    expect.objectContaining({ slug: 'forbidden', status: 403 }),
  );
});

/** Returns the headers that a browser sends; no Sec-Fetch-Site when `site` is empty. */
function page(host: string, site = 'same-origin', origin = `http://${host}`) {
  return { host, origin, ...(site && { 'sec-fetch-site': site }) };
}
