// Bodies are hostile: bounded, JSON, without unknown fields; what is wrong reaches nobody.
import { describe, expect, test } from '@jest/globals';
import { BODY_MAX } from 'chassis/http/body';
import { BODY_ROUTES, startBodyClient } from '../support/body-routes.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';

describe.each(BODY_ROUTES)('%s %s', (method, path, good) => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{"content":'],
    ['a text', '"content"'],
    ['a number', '5'],
    ['null', 'null'],
    ['two documents', '{}{}'],
  ])('%s is a 400', async (_, text) => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const response = await send({ text }, { 'Content-Type': 'application/json' });
    expectProblem(response, 400, 'invalid-request', path);
    expectNoUpstreamRequests();
  });

  test('a list, and a field named __proto__, are a 400', async () => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    for (const text of ['[]', JSON.stringify([good]), '{"__proto__":{"admin":true}}']) {
      const response = await send({ text }, { 'Content-Type': 'application/json' });
      expectProblem(response, 400, 'invalid-request', path);
    }
    expectNoUpstreamRequests();
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form with files', 'multipart/form-data; boundary=x'],
    ['a plain text, which any page may send', 'text/plain'],
    ['JSON in another charset', 'application/json; charset=iso-8859-1'],
    ['JSON by another name', 'application/ld+json'],
  ])('%s is a 415', async (_, type) => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const response = await send({ text: JSON.stringify(good) }, { 'Content-Type': type });
    expectProblem(response, 415, 'unsupported-media-type', path);
    expectNoUpstreamRequests();
  });

  test('a compressed one is a 415: a few bytes could become many', async () => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const response = await send({ text: JSON.stringify(good) }, headers);
    expectProblem(response, 415, 'unsupported-media-type', path);
    expectNoUpstreamRequests();
  });

  test('the largest is read, one byte more is a 413', async () => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const text = JSON.stringify({ ...good, filler: '' });
    const largest = text.replace('"filler":"', `$&${'x'.repeat(BODY_MAX - text.length)}`);
    const read = await send({ text: largest }, { 'Content-Type': 'application/json' });
    expect(read.body).toMatchObject({ status: 400, errors: [{ pointer: '/body/filler' }] });
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': String(BODY_MAX + 1),
    };
    expectProblem(await send({}, headers), 413, 'content-too-large', path);
    expectNoUpstreamRequests();
  });
});

test('a good one reaches the service as it was given, and as JSON', async () => {
  const testbed = await startTestbed();
  const headers = bearer(testbed.identity.openSession(7));
  const content = '  Cats 🐈, "dogs" \\ and\nthe sun.\u2028 ';
  const response = await testbed.request('/api/posts', {
    method: 'POST',
    headers,
    json: { content },
  });
  expect(response.body).toMatchObject({ content });
  const [{ body, headers: sent }] = testbed.social.requests as [
    (typeof testbed.social.requests)[number],
  ];
  expect(body).toEqual({ content });
  expect(sent['content-type']).toBe('application/json');
});

test.each([
  ['PUT', '/api/friends/9', 200],
  ['DELETE', '/api/friends/9', 204],
  ['DELETE', '/api/posts/6', 204],
  ['POST', '/api/auth/logout', 204],
])('%s %s looks at no body, and passes none on', async (method, path, status) => {
  const testbed = await startTestbed();
  const headers = { ...bearer(testbed.identity.openSession(7)), 'Content-Type': 'text/plain' };
  expect((await testbed.request(path, { method, headers, text: 'a body' })).status).toBe(status);
  for (const { body } of [...testbed.social.requests, ...testbed.identity.requests])
    expect(body).toBeUndefined();
});

test.each(BODY_ROUTES)('%s %s takes no query', async (method, path, json) => {
  const testbed = await startTestbed();
  const headers = bearer(testbed.identity.openSession(7));
  const response = await testbed.request(`${path}?force=1`, { method, headers, json });
  expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/query/force' }] });
  expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]);
});
