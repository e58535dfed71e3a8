// Compressed answers: for who accepts them, from 1,000 bytes on, with weak ETags.
import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { bearer } from '../support/session.ts';
import { startTestbed } from '../support/testbed.ts';

const LARGE = '/api/posts?ids=1,2,3,4,5,6,7,8,9,10,11,12';
const SMALL = '/api/posts/5';
const BROWSER = 'gzip, deflate, br, zstd';

async function arrange() {
  const testbed = await startTestbed();
  const raw = async (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
  ) => {
    const outgoing = send(testbed.gateway.url + path, { headers, method, agent: false }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return {
      status: response.statusCode,
      headers: response.headers,
      bytes: await buffer(response),
    };
  };
  return { ...testbed, raw };
}

test.each([
  ['zstd', BROWSER, zstdDecompressSync],
  ['br', 'gzip, br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
])(
  'a large answer is compressed with %s for who accepts %s',
  async (coding, accepted, decompress) => {
    const { raw, request } = await arrange();
    const plain = await request(LARGE);
    const compressed = await raw(LARGE, { 'Accept-Encoding': accepted });
    expect(decompress(compressed.bytes).toString()).toBe(plain.text);
    expect(compressed.bytes.length).toBeLessThan(plain.text.length / 2);
    expect(compressed.headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(compressed.bytes.length),
      vary: 'Prefer, Accept-Encoding',
      etag: `W/${plain.headers['etag']}`,
    });
  },
);

test('a client that does not accept it gets the plain answer with a strong ETag, and is told what it depends on', async () => {
  const { raw } = await arrange();
  const { headers, bytes } = await raw(LARGE);
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['etag']).toMatch(/^"/);
  expect(headers['vary']).toBe('Prefer, Accept-Encoding');
  expect(JSON.parse(bytes.toString())).toHaveProperty('items');
});

test('a small answer is never compressed, and does not vary', async () => {
  const { raw } = await arrange();
  const { headers } = await raw(SMALL, { 'Accept-Encoding': BROWSER });
  expect(headers['content-encoding']).toBeUndefined();
  expect([headers['etag']?.[0], headers['vary']]).toEqual(['"', 'Prefer']);
});

test('either ETag leads to a 304, which has the ETag and Vary of the answer that it stands for', async () => {
  const { raw } = await arrange();
  const strong = (await raw(LARGE)).headers['etag']!;
  for (const known of [strong, `W/${strong}`]) {
    const { status, headers, bytes } = await raw(LARGE, {
      'Accept-Encoding': BROWSER,
      'If-None-Match': known,
    });
    expect([status, bytes.length, headers['etag']]).toEqual([304, 0, `W/${strong}`]);
    expect(headers['vary']).toBe('Prefer, Accept-Encoding');
    expect(headers['content-encoding']).toBeUndefined();
  }
});

test('HEAD has the headers of the compressed answer, and no body', async () => {
  const { raw } = await arrange();
  const headers = { 'Accept-Encoding': BROWSER };
  const get = await raw(LARGE, headers);
  const head = await raw(LARGE, headers, 'HEAD');
  expect(head.bytes.length).toBe(0);
  for (const name of ['content-length', 'content-encoding', 'etag'])
    expect(head.headers[name]).toBe(get.headers[name]);
});

test('a weak ETag is a condition like a strong one: a compressed post can be changed with it', async () => {
  const { raw, request, identity } = await arrange();
  const headers = bearer(identity.openSession(7));
  const json = { content: 'Long. '.repeat(300) };
  const { body } = await request('/api/posts', { method: 'POST', headers, json });
  const path = `/api/posts/${(body as { id: number }).id}`;
  const { etag } = (await raw(path, { 'Accept-Encoding': BROWSER })).headers;
  expect(etag).toMatch(/^W\//);
  const change = {
    method: 'PATCH',
    headers: { ...headers, 'If-Match': etag! },
    json: { content: 'Short.' },
  };
  expect((await request(path, change)).status).toBe(200);
  expect((await request(path, change)).status).toBe(412);
});

test('a degraded answer is compressed, too', async () => {
  const { raw, identity } = await arrange();
  await identity.refuse();
  const { headers, bytes } = await raw(LARGE, { 'Accept-Encoding': BROWSER });
  expect(headers).toMatchObject({ 'content-encoding': 'zstd', 'cache-control': 'no-store' });
  expect(JSON.parse(zstdDecompressSync(bytes).toString())).toHaveProperty('degraded');
});

test('the contract and the files of its page are compressed, too', async () => {
  const { raw } = await arrange();
  for (const [path, share] of [
    ['/api/openapi.json', 0.2],
    ['/api/docs/swagger-ui-bundle.js', 0.4],
  ] as const) {
    const [plain, compressed] = [await raw(path), await raw(path, { 'Accept-Encoding': BROWSER })];
    expect(compressed.bytes.length).toBeLessThan(share * plain.bytes.length);
  }
});
