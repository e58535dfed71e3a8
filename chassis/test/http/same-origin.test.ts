// Whose pages may steer a process by its admin port.
import { expect, test } from '@jest/globals';
import { requireSameOrigin } from 'chassis/http/same-origin';

const asked = (headers: Record<string, string>) => () => requireSameOrigin({ headers });

test.each([
  ['no browser', { host: '127.0.0.1:9081' }],
  ['its own page', page('127.0.0.1:9080')],
  ['its own page, at an IPv6 address', page('[::1]:9080')],
  ['its own page, by a name that nobody else can have', page('gateway:9080')],
  ['its own page, in a browser without Sec-Fetch-Site', page('localhost:9080', '')],
  ['an address that was typed in', { host: 'localhost:9080', 'sec-fetch-site': 'none' }],
])('%s may', (_, headers) => {
  expect(asked(headers)).not.toThrow();
});

test.each([
  ['a page of another site', page('localhost:9080', 'cross-site', 'https://evil.example')],
  ['one that an old browser shows', page('localhost:9080', '', 'https://evil.example')],
  ['one of another port', page('localhost:9080', 'same-site', 'http://localhost:3000')],
  ['one of another port, by its origin alone', page('localhost:9080', '', 'http://localhost:1')],
  ['one without an origin of its own', page('localhost:9080', '', 'null')],
  ['one whose name was let point here', page('evil.example')],
  ['one whose name looks like an address', page('127.0.0.1.evil.example')],
  ['one that says nothing of a host', { 'sec-fetch-site': 'same-origin' }],
])('%s may not', (_, headers) => {
  expect(asked(headers)).toThrow(expect.objectContaining({ slug: 'forbidden', status: 403 }));
});

/** What a browser sends; no Sec-Fetch-Site when `site` is empty. */
function page(host: string, site = 'same-origin', origin = `http://${host}`) {
  return { host, origin, ...(site && { 'sec-fetch-site': site }) };
}
