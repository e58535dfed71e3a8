// JSON bodies: which are accepted, and how all others are rejected.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createApp } from 'chassis/http/app';
import { BODY_MAX } from 'chassis/http/body';
import request from 'supertest';
import { memoryLog } from 'chassis/testing/memory-log';
import { sendRaw, serve } from '../support/http.ts';

const { log, lines } = memoryLog();
let url: string;
beforeAll(async () => {
  const app = createApp({
    routes: [
      {
        method: 'post',
        path: '/echo',
        body: true,
        handle: (req) => ({ body: req.body as unknown, cache: 'no-store' }),
      },
      { method: 'put', path: '/empty', handle: () => ({ status: 204, headers: { Allow: 'PUT' } }) },
    ],
    log,
    bodyMs: 200,
  });
  url = await serve(app);
});

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  request(url)
    .post('/echo')
    .set({ 'Content-Type': 'application/json', ...headers })
    .send(body as string);

test('accepts an object, also with a charset in its content type', async () => {
  expect((await post('{"a":"ä"}')).body).toEqual({ a: 'ä' });
  const answer = await post('{"a":1}', { 'Content-Type': 'application/json; charset=utf-8' });
  expect(answer.body).toEqual({ a: 1 });
});

test.each(['charset=UTF-8', 'charset="utf-8"', 'charset=utf-8; version=1'])(
  'accepts a body with %s',
  async (parameter) => {
    const answer = await post('{"a":"ä"}', { 'Content-Type': `application/json; ${parameter}` });
    expect(answer.body).toEqual({ a: 'ä' });
  },
);

test('treats the name __proto__ as data', async () => {
  const { text } = await post('{"__proto__":{"admin":true}}');
  expect(text).toBe('{"__proto__":{"admin":true}}');
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test('accepts a body of BODY_MAX bytes, and rejects one more byte with a 413 that closes the connection', async () => {
  expect((await post(`{"a":"${'x'.repeat(BODY_MAX - 8)}"}`)).status).toBe(200);
  const answer = await post(`{"a":"${'x'.repeat(BODY_MAX - 7)}"}`);
  expect(answer.status).toBe(413);
  expect(answer.body).toMatchObject({ type: 'urn:social-network:problem:content-too-large' });
  expect(answer.headers['connection']).toBe('close');
});

test('rejects a large Content-Length with a 413 before the body arrives', async () => {
  const answer = await sendRaw(
    url,
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test('rejects a body that does not arrive in time with a 408, and closes the connection', async () => {
  const answer = await sendRaw(
    url,
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('urn:social-network:problem:request-timeout');
});

test('rejects a content type without a body with a 400', async () => {
  const answer = await sendRaw(
    url,
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

describe('a body that is not a JSON object', () => {
  test.each(['{', '{"a":}', 'nonsense', '"text"', '1', 'null', '{"a":1}}', '\u0000'])(
    'is rejected with a 400 that points at /body and quotes nothing: %j',
    async (body) => {
      const answer = await post(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ errors: [{ pointer: '/body' }] });
      expect(answer.text).not.toContain('nonsense');
    },
  );

  test.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json; charset=iso-8859-1', {}],
    ['application/json; charset=utf-16', {}],
    ['application/json; charset=utf-7', {}],
    ['application/json;charset="UTF-32"', {}],
    ['application/json', { 'Content-Encoding': 'gzip' }],
  ])('is rejected with a 415 when its type and headers are %s %j', async (type, headers) => {
    const answer = await post('{"a":1}', { 'Content-Type': type, ...headers });
    expect(answer.status).toBe(415);
    expect(answer.body).toMatchObject({
      type: 'urn:social-network:problem:unsupported-media-type',
    });
  });

  test('is rejected with a 400 when it is not UTF-8', async () => {
    for (const bytes of [
      Buffer.from('{"a":"caf\u00e9"}', 'latin1'),
      Buffer.from([0x7b, 0xc3, 0x7d]),
    ]) {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${url}/echo`, { method: 'POST', headers, body: bytes });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ detail: '/body: expected text in UTF-8' });
    }
  });

  test('is rejected with a 400 when it is missing', async () => {
    const answer = await request(url).post('/echo');
    expect([answer.status, (answer.body as { detail: string }).detail]).toEqual([
      400,
      '/body: expected a JSON body',
    ]);
  });
});

test('logs nothing of a rejected body', async () => {
  await post('{"password":"hush-hush"');
  expect(JSON.stringify(lines)).not.toContain('hush-hush');
});

test('sends a 204 without a body, with no-store', async () => {
  const answer = await request(url).put('/empty').send({ ignored: true });
  expect([
    answer.status,
    answer.text,
    answer.headers['cache-control'],
    answer.headers['allow'],
  ]).toEqual([204, '', 'no-store', 'PUT']);
});
