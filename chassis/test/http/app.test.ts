// An app made of routes, over real sockets: answers, validators, methods, and errors as problem documents.
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from 'chassis/http/answer';
import { SerializedBody } from 'chassis/http/validators';
import { createApp, defineRoute, type Route } from 'chassis/http/app';
import { invalid, Problem } from 'chassis/http/problem';
import request from 'supertest';
import { serve } from '../support/http.ts';
import { memoryLog } from 'chassis/testing/memory-log';

const { log, lines } = memoryLog();
class Weather extends Error {}

const rendered = new SerializedBody(Buffer.from('ä'));
const fixed: Answer = {
  body: rendered,
  type: 'text/plain',
  cache: 'public',
  headers: { 'Content-Security-Policy': "default-src 'none'" },
};
const routes: Route[] = [
  {
    method: 'get',
    path: '/public/:id',
    handle: (req) => ({ body: { id: req.params['id'] }, cache: 'public' }),
  },
  { method: 'get', path: '/private', handle: async () => ({ body: 'mine', cache: 'private' }) },
  {
    method: 'get',
    path: '/fresh',
    handle: () => ({ body: [], cache: 'no-store', status: 202, headers: { Warning: 'none' } }),
  },
  {
    method: 'get',
    path: '/text',
    handle: () => ({ body: 'ä', type: 'text/plain', cache: 'public' }),
  },
  { method: 'get', path: '/fixed', handle: () => fixed },
  defineRoute({
    method: 'get',
    path: '/search',
    query: ['word', 'limit'],
    handle: (_req, { word, limit }) => ({ body: [word, limit ?? null], cache: 'public' }),
  }),
  {
    method: 'get',
    path: '/lenient',
    query: 'any',
    handle: (_req, query) => ({ body: query, cache: 'public' }),
  },
  {
    method: 'get',
    path: '/stream',
    handle: () => ({ type: 'text/event-stream', stream: (res) => res.end('data: 1\n\n') }),
  },
  {
    method: 'get',
    path: '/broken-stream',
    handle: () => ({
      type: 'text/event-stream',
      stream() {
        throw new TypeError('a bug in a stream');
      },
    }),
  },
  {
    method: 'post',
    path: '/private',
    handle: () => ({ body: {}, cache: 'no-store', status: 201 }),
  },
  {
    method: 'get',
    path: '/problem',
    handle: () => {
      throw invalid('/query/x', 'expected y');
    },
  },
  {
    method: 'get',
    path: '/bug',
    handle: () => Promise.reject(new TypeError('the secret of the inside')),
  },
  {
    method: 'get',
    path: '/weather',
    handle: () => {
      throw new Weather();
    },
  },
];

let url: string;
beforeAll(async () => {
  url = await serve(
    createApp({
      routes,
      log,
      toProblem: (error) =>
        error instanceof Weather ? new Problem('not-ready', 'It rains') : undefined,
    }),
  );
});
afterEach(() => {
  lines.length = 0;
});
const get = (path: string) => request(url).get(path);

describe('an answer', () => {
  test('has ids and validators, and no X-Powered-By', async () => {
    const { headers, body } = await get('/public/7').set('X-Request-Id', 'r-7');
    expect(body).toEqual({ id: '7' });
    expect(headers).toMatchObject({
      'x-request-id': 'r-7',
      'content-type': 'application/json',
      'content-length': '10',
      'cache-control': 'public, no-cache',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['etag']).toMatch(/^"[\w-]{27}"$/);
    expect(headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  test('with `cache: private` is private', async () => {
    expect((await get('/private')).headers['cache-control']).toBe('private, no-cache');
  });

  test('with `cache: no-store` has no validator; the route sets its status and headers', async () => {
    const { status, headers } = await get('/fresh');
    expect(status).toBe(202);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', warning: 'none' });
    expect(headers).not.toHaveProperty('etag');
  });

  test('may be text of another type', async () => {
    const { text, headers } = await get('/text');
    expect(text).toBe('ä');
    expect(headers).toMatchObject({ 'content-type': 'text/plain', 'content-length': '2' });
  });

  test('may be serialized with its entity tag before any request', async () => {
    const { text, headers } = await get('/fixed');
    expect(text).toBe('ä');
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '2',
      'cache-control': 'public, no-cache',
      'content-security-policy': "default-src 'none'",
      etag: rendered.etag,
    });
    expect(rendered.etag).toBe((await get('/text')).headers['etag']);
    const again = await get('/fixed').set('If-None-Match', rendered.etag);
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('may be a stream, with no-store', async () => {
    const { text, headers } = await get('/stream');
    expect(text).toBe('data: 1\n\n');
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
  });
});

describe('If-None-Match (RFC 9110)', () => {
  test.each([
    ['the tag', (tag: string) => tag, 304],
    ['the weak form of the tag', (tag: string) => `W/${tag}`, 304],
    ['a list with the tag', (tag: string) => `"a", ${tag},"b"`, 304],
    ['an asterisk', () => '*', 304],
    ['another tag', () => '"a"', 200],
    ['the tag without quotes', (tag: string) => tag.slice(1, -1), 200],
    ['an empty value', () => '', 200],
  ])('with %s is answered correctly', async (_, header, status) => {
    const { headers } = await get('/public/7');
    const again = await get('/public/7').set('If-None-Match', header(headers['etag']!));
    expect(again.status).toBe(status);
    expect(again.headers['etag']).toBe(headers['etag']);
    if (status === 304) expect(again.text).toBe('');
  });

  test('has no effect on an answer with no-store', async () => {
    expect((await get('/fresh').set('If-None-Match', '*')).status).toBe(202);
  });
});

describe('methods', () => {
  test('HEAD answers like GET, without a body', async () => {
    const { status, headers, text } = await request(url).head('/public/7');
    expect([status, headers['content-length'], text]).toEqual([200, '10', undefined]);
  });

  test('OPTIONS answers with the methods of the path', async () => {
    const { status, headers } = await request(url).options('/private');
    expect([status, headers['allow']]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
  });

  test('a method without a route is a 405 with the methods of the path', async () => {
    const { status, headers, body } = await request(url).delete('/private');
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
    expect(body).toMatchObject({ type: 'urn:social-network:problem:method-not-allowed' });
  });
});

describe('errors', () => {
  test('a problem is sent as its document, with no-store', async () => {
    const { status, headers, body } = await get('/problem?x=1').set('X-Request-Id', 'r-8');
    expect(status).toBe(400);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('etag');
    expect(body).toMatchObject({ instance: '/problem', requestId: 'r-8' });
    expect(lines).toEqual([]);
  });

  test('an unexpected error is a 500 without details; the log has it, with the request id', async () => {
    const { status, text } = await get('/bug').set('X-Request-Id', 'r-9');
    expect(status).toBe(500);
    expect(text).not.toMatch(/secret|TypeError|\.ts/);
    expect(lines).toEqual([
      expect.objectContaining({
        requestId: 'r-9',
        route: '/bug',
        err: expect.objectContaining({ message: 'the secret of the inside' }),
      }),
    ]);
  });

  test('an error that `toProblem` knows becomes that problem', async () => {
    expect((await get('/weather')).body).toMatchObject({ status: 503, detail: 'It rains' });
    expect(lines).toEqual([]);
  });

  test('a path without a route is a 404; a path that cannot be decoded is a 400', async () => {
    expect((await get('/nothing')).status).toBe(404);
    expect((await get('/public/%E0%A4%A')).status).toBe(400);
    expect(lines).toEqual([]);
  });

  test('a long path is shortened to 500 characters in the document', async () => {
    const { status, body } = await get(`/${'x'.repeat(10_000)}`);
    expect(status).toBe(404);
    expect((body as { instance: string }).instance).toHaveLength(500);
  });
});

const faultsOf = async (target: string) => {
  const { status, body } = await get(target);
  return [status, (body as { errors?: { pointer: string }[] }).errors?.[0]?.pointer];
};

test('an unexpected error after the headers closes the connection and is logged', async () => {
  await expect(get('/broken-stream')).rejects.toThrow();
  expect(lines).toEqual([
    expect.objectContaining({ level: 50, err: expect.objectContaining({ type: 'TypeError' }) }),
  ]);
});

describe('the query', () => {
  test('reaches the handler with the names that its route declares', async () => {
    const { body } = await get('/search?word=cat%20dog');
    expect(body).toEqual(['cat dog', null]);
  });

  test('is refused with a name that the route does not declare', async () => {
    expect(await faultsOf('/search?word=a&page=2')).toEqual([400, '/query/page']);
    expect(await faultsOf('/fixed?page=2')).toEqual([400, '/query/page']);
  });

  test('is refused with a repeated name', async () => {
    expect(await faultsOf('/search?word=a&word=b')).toEqual([400, '/query/word']);
  });

  test('is neither checked nor parsed where the route declares `any`', async () => {
    const { status, body } = await get('/lenient?a=1&a=2');
    expect([status, body]).toEqual([200, {}]);
  });
});
