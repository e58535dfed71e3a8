// Answers that depend on the viewer: no other viewer gets them, and they have only the contract's fields.
import { expect, test } from '@jest/globals';
import { until } from 'chassis/testing/until';
import { CREDENTIALS, NEW_USER } from '../support/credentials.ts';
import { bearer } from '../support/session.ts';
import { startTestbed, type Testbed } from '../support/testbed.ts';
import { problem, type Responder, type StubServer } from 'chassis/testing/stub-server';

/** Adds secrets to every object with an id, and a header. */
const addsSecrets: Responder = ({ res, status, body }) => {
  const text = body.replaceAll(
    '{"id"',
    '{"shoeSize":"said-too-much","passwordHash":"said-too-much","id"',
  );
  res.writeHead(status, {
    'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
    'Set-Cookie': 'a=said-too-much',
  });
  res.end(status === 204 ? undefined : text);
};

const REQUESTS: readonly [string, string, object | undefined][] = [
  ['GET', '/api/feed', undefined],
  ['GET', '/api/friends', undefined],
  ['GET', '/api/friends/requests', undefined],
  ['PUT', '/api/friends/9', undefined],
  ['DELETE', '/api/friends/9', undefined],
  ['GET', '/api/me', undefined],
  ['PATCH', '/api/me', { username: 'sun_dog' }],
  ['POST', '/api/posts', { content: 'Hello.' }],
  ['PATCH', '/api/posts/6', { content: 'Hello again.' }],
  ['DELETE', '/api/posts/6', undefined],
  ['POST', '/api/auth/register', NEW_USER],
  ['POST', '/api/auth/login', CREDENTIALS],
  ['POST', '/api/auth/token', CREDENTIALS],
];

test.each(REQUESTS)(
  '%s %s passes on no fields and headers beyond the upstreams’ contracts',
  async (method, path, json) => {
    const testbed = await startTestbed();
    for (const upstream of [testbed.identity, testbed.social]) upstream.respondWith(addsSecrets);
    const headers = bearer(testbed.identity.openSession(7));
    const response = await testbed.request(path, { method, headers, ...(json && { json }) });
    expect(response.status).toBeLessThan(300);
    expect(response.text + JSON.stringify(response.headers)).not.toMatch(
      /shoeSize|passwordHash|said-too-much/,
    );
  },
);

test('a rejection passes on its detail and its faults, and nothing else', async () => {
  const testbed = await startTestbed();
  const fault = {
    pointer: '/body/content',
    detail: 'expected something else',
    value: 'said-too-much',
  };
  testbed.social.respondWith(({ res }) => {
    const { status, body } = problem('invalid-request', 'Not so.', { errors: [fault] });
    res.writeHead(status, { 'Content-Type': 'application/problem+json', Server: 'said-too-much' });
    res.end(JSON.stringify({ ...body, stack: 'said-too-much' }));
  });
  const headers = bearer(testbed.identity.openSession(7));
  const response = await testbed.request('/api/posts', {
    method: 'POST',
    headers,
    json: { content: 'Hi.' },
  });
  expect(response.body).toMatchObject({
    status: 400,
    detail: 'Not so.',
    instance: '/api/posts',
    requestId: response.headers['x-request-id'],
    errors: [{ pointer: '/body/content', detail: 'expected something else' }],
  });
  expect(response.text + JSON.stringify(response.headers)).not.toContain('said-too-much');
});

const PRIVATE_READS: readonly [string, (testbed: Testbed) => StubServer][] = [
  ['/api/feed', (testbed) => testbed.social],
  ['/api/friends', (testbed) => testbed.social],
  ['/api/friends/requests?direction=outgoing', (testbed) => testbed.social],
  ['/api/me', (testbed) => testbed.identity],
];

test.each(PRIVATE_READS)(
  '%s is private, has an ETag, and is a 304 for its viewer and not for another one',
  async (path, upstreamOf) => {
    const testbed = await startTestbed();
    const headers = bearer(testbed.identity.openSession(7));
    const complete = await testbed.request(path, { headers });
    expect(complete.headers).toMatchObject({ 'cache-control': 'private, no-cache' });
    expect(String(complete.headers['vary']).split(/, ?/)).toEqual(
      expect.arrayContaining(['Authorization', 'Cookie']),
    );
    const etag = String(complete.headers['etag']);
    const notModified = await testbed.request(path, {
      headers: { ...headers, 'If-None-Match': etag },
    });
    expect([notModified.status, notModified.text, notModified.headers['etag']]).toEqual([
      304,
      '',
      etag,
    ]);
    expect(notModified.headers['cache-control']).toBe('private, no-cache');

    // Another viewer who sends the same ETag gets another answer.
    const other = bearer(testbed.identity.openSession(8));
    const othersAnswer = await testbed.request(path, {
      headers: { ...other, 'If-None-Match': etag },
    });
    expect(othersAnswer.status).toBe(200);
    expect(othersAnswer.body).not.toEqual(complete.body);
    for (const { headers: sent } of upstreamOf(testbed).requests)
      expect(sent['if-none-match']).toBeUndefined();
  },
);

test.each(PRIVATE_READS)(
  '%s is never shared: concurrent requests of two viewers, or of the same viewer, are sent upstream separately',
  async (path, upstreamOf) => {
    const testbed = await startTestbed();
    const [seven, eight] = [testbed.identity.openSession(7), testbed.identity.openSession(8)];
    for (const session of [seven, eight])
      await testbed.request('/api/feed', { headers: bearer(session) });
    const upstream = upstreamOf(testbed);
    upstream.clearRequests();
    const release = upstream.hold();
    const answers = [seven, eight, seven].map((session) =>
      testbed.request(path, { headers: bearer(session) }),
    );
    await until('the upstream has all requests', () => upstream.requests.length === 3);
    release();
    const [first, second, third] = (await Promise.all(answers)).map(({ body }) => body);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(
      expect.arrayContaining([seven, eight].map((session) => bearer(session).Authorization)),
    );
  },
);
