// A new name, and a deleted account: this gateway serves the old name in no later answer.
import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from 'chassis/testing/users';
import { commandBreaker } from '../support/breakers.ts';
import { hangsUp } from '../support/faulty-responders.ts';
import { abortableRequest, type HttpResponse } from 'chassis/testing/http-client';
import { until } from 'chassis/testing/until';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';

const env = {
  AUTHOR_TTL_MS: '60000',
  AUTHOR_STALE_MS: '60000',
  POST_TTL_MS: '60000',
  BREAKER_VOLUME: '1000',
};

/** User 7, who wrote post 6 and is a friend of user 6. */
async function arrange() {
  const testbed = await startTestbed({ env });
  const [seven, six] = [7, 6].map((id) => bearer(testbed.identity.openSession(id)));
  await testbed.request('/api/friends', { headers: seven! });
  return { testbed, headers: seven!, six: six! };
}

type Headers = Readonly<Record<string, string>>;
const rename = (testbed: Testbed, headers: Headers) =>
  testbed.request('/api/me', { method: 'PATCH', headers, json: { username: 'sun_dog' } });
const deleteAccount = (testbed: Testbed, headers: Headers) =>
  testbed.request('/api/me', { method: 'DELETE', headers, json: { currentPassword: PASSWORD } });

/** Returns every name of user 7 in an answer. */
const namesIn = ({ text }: HttpResponse): string[] =>
  [...text.matchAll(/"id":7,(?:"since":"[^"]+",)?"username":("\w+"|null)/g)].map(
    ([, name]) => name!,
  );

const READS = [
  '/api/users/7',
  '/api/users/7/profile',
  '/api/posts/6',
  '/api/posts?ids=6,5',
  '/api/friends',
];

describe('a new name', () => {
  test('is in every answer at once', async () => {
    const { testbed, headers, six } = await arrange();
    for (const path of READS)
      expect(namesIn(await testbed.request(path, { headers: six }))).toContain('"user_7"');
    expect((await rename(testbed, headers)).body).toMatchObject({ id: 7, username: 'sun_dog' });
    for (const path of READS) {
      const names = namesIn(await testbed.request(path, { headers: six }));
      expect(new Set(names)).toEqual(new Set(['"sun_dog"']));
    }
    expect((await testbed.request('/api/me', { headers })).body).toMatchObject({
      username: 'sun_dog',
    });
  });

  test('is not overwritten by a request that was in flight', async () => {
    const { testbed, headers } = await arrange();
    const release = testbed.identity.hold();
    testbed.identity.clearRequests();
    const before = testbed.request('/api/users/7');
    await until('Identity has the request', () => testbed.identity.requests.length === 1);
    testbed.identity.respondWith();
    await rename(testbed, headers);
    expect(namesIn(await testbed.request('/api/posts/6'))).toEqual(['"sun_dog"']);
    release();
    expect(namesIn(await before)).toEqual(['"user_7"']);
    testbed.identity.respondWith();
    expect(namesIn(await testbed.request('/api/posts/6'))).toEqual(['"sun_dog"']);
  });

  test('is served also when the response to the change was lost; the old name is not even served stale', async () => {
    const { testbed, headers } = await arrange();
    await testbed.request('/api/users/7');
    testbed.identity.respondWith(hangsUp);
    expect((await rename(testbed, headers)).status).toBe(504);
    const response = await testbed.request('/api/posts/6');
    expect([response.status, response.body]).toEqual([
      200,
      expect.objectContaining({ author: null }),
    ]);
    testbed.identity.respondWith();
    expect(namesIn(await testbed.request('/api/users/7'))).toEqual(['"sun_dog"']);
  });

  test('is served also when the client disconnected before the response', async () => {
    const { testbed, headers } = await arrange();
    await testbed.request('/api/users/7');
    const release = testbed.identity.hold();
    testbed.identity.clearRequests();
    const client = abortableRequest(`${testbed.gateway.url}/api/me`, {
      method: 'PATCH',
      headers,
      json: { username: 'sun_dog' },
    });
    await until('Identity has the change', () => testbed.identity.requests.length === 1);
    await client.abort();
    await until('the gateway has noticed the disconnect', async () => {
      return (await testbed.metric('http_requests_in_flight')) === 0;
    });
    release();
    await until('the answer has the new name', async () => {
      return namesIn(await testbed.request('/api/users/7'))[0] === '"sun_dog"';
    });
    expect(testbed.identity.requests[0]).toMatchObject({ method: 'PATCH', aborted: false });
  });

  test('costs nobody the old one when it was not sent, since Identity’s breaker was open', async () => {
    const { testbed, headers } = await arrange();
    await testbed.request('/api/users/7');
    await commandBreaker(testbed, 'identity', 'open');
    expect((await rename(testbed, headers)).status).toBe(503);
    const response = await testbed.request('/api/posts/6');
    expect(namesIn(response)).toEqual(['"user_7"']);
    expect(response.headers['etag']).toBeDefined();
  });

  test('changes nothing when it is rejected', async () => {
    const { testbed, headers } = await arrange();
    const response = await testbed.request('/api/me', {
      method: 'PATCH',
      headers,
      json: { username: '?' },
    });
    expect(response.status).toBe(400);
    expect(namesIn(await testbed.request('/api/users/7'))).toEqual(['"user_7"']);
  });
});

describe('a user who deletes the account', () => {
  test('disappears from every answer at once', async () => {
    const { testbed, headers, six } = await arrange();
    for (const path of READS) await testbed.request(path, { headers: six });
    expect((await deleteAccount(testbed, headers)).status).toBe(204);
    expect((await testbed.request('/api/users/7')).status).toBe(404);
    expect((await testbed.request('/api/posts/6')).body).toMatchObject({ author: null });
    for (const path of READS)
      expect(namesIn(await testbed.request(path, { headers: six }))).toEqual([]);
  });

  test('can get no more friend requests', async () => {
    const { testbed, headers, six } = await arrange();
    await testbed.request('/api/users/7');
    await deleteAccount(testbed, headers);
    const response = await testbed.request('/api/friends/7', { method: 'PUT', headers: six });
    expect(response.status).toBe(404);
    expect(testbed.social.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});
