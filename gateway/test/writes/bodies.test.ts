// Bodies are hostile input: they are bounded, JSON, and without unknown fields; invalid bodies reach no upstream.
import { describe, expect, test } from '@jest/globals';
import { BODY_MAX } from 'chassis/http/body';
import { BODY_ROUTES, startBodyClient } from '../support/body-routes.ts';
import { expectProblem } from '../support/expectations.ts';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';

describe.each(BODY_ROUTES)('%s %s', (method, path, valid) => {
  test.each([
    ['an empty body', ''],
    ['broken JSON', '{"content":'],
    ['a string', '"content"'],
    ['a number', '5'],
    ['null', 'null'],
    ['two documents', '{}{}'],
  ])('%s is a 400', async (_, text) => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const response = await send({ text }, { 'Content-Type': 'application/json' });
    expectProblem(response, 400, 'invalid-request', path);
    expectNoUpstreamRequests();
  });

  test('an array, or a field named __proto__, is a 400', async () => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    for (const text of ['[]', JSON.stringify([valid]), '{"__proto__":{"admin":true}}']) {
      const response = await send({ text }, { 'Content-Type': 'application/json' });
      expectProblem(response, 400, 'invalid-request', path);
    }
    expectNoUpstreamRequests();
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['a form with files', 'multipart/form-data; boundary=x'],
    ['plain text, which any page may send', 'text/plain'],
    ['JSON in another charset', 'application/json; charset=iso-8859-1'],
    ['another type of JSON', 'application/ld+json'],
  ])('%s is a 415', async (_, type) => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const response = await send({ text: JSON.stringify(valid) }, { 'Content-Type': type });
    expectProblem(response, 415, 'unsupported-media-type', path);
    expectNoUpstreamRequests();
  });

  test('a compressed body is a 415, as a few bytes could become many', async () => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const response = await send({ text: JSON.stringify(valid) }, headers);
    expectProblem(response, 415, 'unsupported-media-type', path);
    expectNoUpstreamRequests();
  });

  test('a body of the largest size is read, and a body with one byte more is a 413', async () => {
    const { send, expectNoUpstreamRequests } = await startBodyClient(method, path);
    const text = JSON.stringify({ ...valid, filler: '' });
    const largest = text.replace('"filler":"', `$&${'x'.repeat(BODY_MAX - text.length)}`);
    const accepted = await send({ text: largest }, { 'Content-Type': 'application/json' });
    expect(accepted.body).toMatchObject({ status: 400, errors: [{ pointer: '/body/filler' }] });
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': String(BODY_MAX + 1),
    };
    expectProblem(await send({}, headers), 413, 'content-too-large', path);
    expectNoUpstreamRequests();
  });
});

test('a valid body reaches the service unchanged, as JSON', async () => {
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
])('%s %s ignores its body and passes none on', async (method, path, status) => {
  const testbed = await startTestbed();
  const headers = { ...bearer(testbed.identity.openSession(7)), 'Content-Type': 'text/plain' };
  expect((await testbed.request(path, { method, headers, text: 'a body' })).status).toBe(status);
  for (const { body } of [...testbed.social.requests, ...testbed.identity.requests])
    expect(body).toBeUndefined();
});

test.each(BODY_ROUTES)('%s %s rejects a query parameter with a 400', async (method, path, json) => {
  const testbed = await startTestbed();
  const headers = bearer(testbed.identity.openSession(7));
  const response = await testbed.request(`${path}?force=1`, { method, headers, json });
  expect(response.body).toMatchObject({ status: 400, errors: [{ pointer: '/query/force' }] });
  expect([testbed.identity.requests, testbed.social.requests]).toEqual([[], []]);
});
