// Conditional writes: If-Match names an ETag of the gateway, and the service compares its own.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { always, problem } from 'chassis/testing/stub-server';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';

/** User 7, who wrote post 6. The gateway has the keys. */
async function arrange(env: Readonly<Record<string, string>> = {}) {
  const testbed = await startTestbed({ env });
  const client = bearer(testbed.identity.openSession(7));
  // With the first session the gateway gets Identity's keys.
  await testbed.request('/api/friends', { headers: client });
  testbed.identity.clearRequests();
  testbed.social.clearRequests();
  const read = (path: string) => testbed.request(path, { headers: client });
  const etagOf = async (path: string) => (await read(path)).headers['etag'] as string;
  const write = (method: string, path: string, ifMatch: string, json?: object) =>
    testbed.request(path, { method, headers: { ...client, 'If-Match': ifMatch }, json });
  return { testbed, read, etagOf, write };
}

const UNCACHED = { AUTHOR_TTL_MS: '0', AUTHOR_STALE_MS: '0' };
const POST = '/api/posts/6';
const WRITES = [
  ['PATCH', POST, { content: 'Better.' }],
  ['DELETE', POST, undefined],
  ['PATCH', '/api/me', { username: 'sun_dog' }],
  ['DELETE', '/api/me', { currentPassword: PASSWORD }],
] as const;

describe.each(WRITES)('%s %s', (method, path, json) => {
  test('is done when the client knows the current version', async () => {
    const { write, etagOf } = await arrange();
    const response = await write(method, path, await etagOf(path), json);
    expect(response.status).toBe(method === 'PATCH' ? 200 : 204);
    if (method === 'PATCH') expect(response.headers['etag']).toBe(await etagOf(path));
  });

  test('is a 412 when the resource has changed since, and changes nothing', async () => {
    const { write, etagOf, read } = await arrange();
    const ifMatch = await etagOf(path);
    const meanwhile = path === POST ? { content: 'Meanwhile.' } : { username: 'meanwhile' };
    await write('PATCH', path, '*', meanwhile);
    expectProblem(await write(method, path, ifMatch, json), 412, 'precondition-failed', path);
    expect((await read(path)).body).toMatchObject(meanwhile);
  });

  test('is a 412 when it changes between the comparison here and the write there', async () => {
    const { testbed, write, etagOf } = await arrange();
    const ifMatch = await etagOf(path);
    const upstream = path === POST ? testbed.social : testbed.identity;
    upstream.respondWith((exchange) => {
      if (exchange.req.method === method) always(problem('precondition-failed'))(exchange);
      else exchange.respond();
    });
    expectProblem(await write(method, path, ifMatch, json), 412, 'precondition-failed', path);
  });

  test('without a condition, or with a *, is one request to the service', async () => {
    const { testbed, write } = await arrange();
    await write(method, path, '*', json);
    const { requests } = path === POST ? testbed.social : testbed.identity;
    expect(requests.filter((request) => request.path === path)).toEqual([
      expect.objectContaining({ method }),
    ]);
    expect(requests[0]?.headers['if-match']).toBeUndefined();
  });

  test('is not sent while the current version cannot be read', async () => {
    const { testbed, write, etagOf } = await arrange();
    const ifMatch = await etagOf(path);
    const upstream = path === POST ? testbed.social : testbed.identity;
    await upstream.refuse();
    expectProblem(await write(method, path, ifMatch, json), 503, 'upstream-unavailable', path);
    await upstream.accept();
    expect((await write(method, path, ifMatch, json)).status).toBeLessThan(300);
  });
});

describe('of a post whose author is not known now', () => {
  const edit = { content: 'Better.' };

  test('it is a 503 that can be repeated, as the version may be the current one', async () => {
    const { testbed, write, etagOf } = await arrange(UNCACHED);
    const ifMatch = await etagOf(POST);
    await testbed.identity.refuse();
    expectProblem(await write('PATCH', POST, ifMatch, edit), 503, 'upstream-unavailable', POST);
    await testbed.identity.accept();
    expect((await write('PATCH', POST, ifMatch, edit)).status).toBe(200);
  });

  test('it is done with the name in Social’s replica', async () => {
    const { testbed, write, etagOf } = await arrange({ AUTHOR_STRATEGY: 'hybrid', ...UNCACHED });
    const ifMatch = await etagOf(POST);
    await testbed.identity.refuse();
    expect((await write('PATCH', POST, ifMatch, edit)).status).toBe(200);
  });
});

test('the author’s new name makes a version of a post outdated', async () => {
  const { testbed, write, etagOf } = await arrange(UNCACHED);
  const ifMatch = await etagOf(POST);
  testbed.identity.rename(7, 'sun_dog');
  const response = await write('PATCH', POST, ifMatch, { content: 'Better.' });
  expectProblem(response, 412, 'precondition-failed', POST);
});

test.each([
  ['PATCH', '/api/posts/5', 403, 'forbidden'],
  ['DELETE', '/api/posts/5', 403, 'forbidden'],
  ['PATCH', '/api/posts/9999', 404, 'not-found'],
  ['DELETE', '/api/posts/9999', 404, 'not-found'],
])('%s %s is a %i also when the condition is not fulfilled', async (method, path, status, slug) => {
  const { write } = await arrange();
  const json = method === 'PATCH' ? { content: 'x' } : undefined;
  expectProblem(await write(method, path, '"outdated"', json), status, slug, path);
});
