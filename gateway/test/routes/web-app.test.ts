// The web app: its page at every address of the app, its files with their caching, and nothing of it below /api.
import { expect, test } from '@jest/globals';
import { startTestbed, type TestbedOptions } from '../support/testbed.ts';

const PAGE = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** Sends a request as a browser does: the contract has no pages, so it does not check them. */
async function startPages(env: NonNullable<TestbedOptions['env']> = { WEB: 'on' }) {
  const { gateway } = await startTestbed({ env });
  return (path: string, headers: Record<string, string> = PAGE, method = 'GET') =>
    fetch(gateway.url + path, { headers, method });
}

test.each(['/', '/?utm_source=a', '/people', '/users/1', '/log-in?then=%2F', '/no/such/page'])(
  'a browser that opens %s gets the page, to be asked for again each time',
  async (path) => {
    const get = await startPages();
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, no-cache');
    expect(await response.text()).toContain('<div id="app">');
    const again = await get(path, { ...PAGE, 'If-None-Match': response.headers.get('etag')! });
    expect(again.status).toBe(304);
  },
);

test('the files of the page are kept for a year, and the policy allows only them', async () => {
  const get = await startPages();
  const page = await get('/');
  const policy = page.headers.get('content-security-policy')!;
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/unsafe|data:|\*/);
  const html = await page.text();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  expect(
    files.map((path) => path.split('.').at(-1)).toSorted((a, b) => a!.localeCompare(b!)),
  ).toEqual(['css', 'js']);
  for (const path of files) {
    const file = await get(path, {});
    expect(file.status).toBe(200);
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  }
});

test.each([
  ['a program', '/people', {}, 'GET'],
  ['a program', '/assets/old-12345678.js', { Accept: '*/*' }, 'GET'],
  ['a browser', '/api', PAGE, 'GET'],
  ['a browser', '/api/no/such/path', PAGE, 'GET'],
  ['a browser', '/people', PAGE, 'POST'],
])('%s that requests %s gets a problem, not the page', async (_who, path, headers, method) => {
  const response = await (await startPages())(path, headers, method);
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
});

test('with WEB=off there is no web app', async () => {
  const get = await startPages({ WEB: 'off' });
  expect((await get('/')).status).toBe(404);
});
