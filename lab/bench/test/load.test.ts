import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { answerLength, run } from '../load.ts';
import type { Work } from '../fixtures.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function loaded(handler: RequestListener, work: Work = 'uniform') {
  const server = createServer(handler);
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return run({ url, work, token: 'a.b.c', connections: 4, durationMs: 100, seed: 1 });
}

test('every answer is counted, and the server saw exactly as many requests', async () => {
  let seen = 0;
  const paths = new Set<string>();
  const result = await loaded((req, res) => {
    seen += 1;
    paths.add(req.url!);
    res.end('{"author":{"id":1}}');
  });
  expect(result).toMatchObject({ requests: seen, errors: 0, authorless: 0 });
  expect(seen).toBeGreaterThan(4);
  expect(paths.size).toBeGreaterThan(4);
  expect([...paths].every((path) => /^\/api\/posts\/[1-9]\d*$/.test(path))).toBe(true);
  expect(result.p50Ms).toBeLessThanOrEqual(result.p99Ms);
});

test.each<[Work, RegExp, string | undefined]>([
  ['uniform', /^\/api\/posts\/\d+$/, undefined],
  ['feed cold', /^\/api\/feed\?limit=20&cursor=\d+$/, 'Bearer a.b.c'],
])('%s is asked for at its own address, and a feed in the name of somebody', async (...row) => {
  const [work, target, asker] = row;
  const asked = new Set<unknown>();
  const askers = new Set<unknown>();
  await loaded((req, res) => {
    asked.add(target.test(req.url!));
    askers.add(req.headers.authorization);
    res.end('{}');
  }, work);
  expect([[...asked], [...askers]]).toEqual([[true], [asker]]);
});

test('at most as many requests are in flight as there are connections', async () => {
  let inFlight = 0;
  let most = 0;
  await loaded((_req, res) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    setImmediate(() => {
      inFlight -= 1;
      res.end('{}');
    });
  });
  expect(most).toBeLessThanOrEqual(4);
});

test('an answer that is no 200 is an error', async () => {
  const result = await loaded((_req, res) => res.writeHead(503, { 'Content-Length': 2 }).end('{}'));
  expect(result.errors).toBe(result.requests);
  expect(result.firstError).toMatch(/^HTTP\/1\.1 503/);
});

test('an answer without its author is counted', async () => {
  const result = await loaded((_req, res) => res.end('{"author":null}'));
  expect(result.authorless).toBe(result.requests);
});

test('a body that comes in pieces is one answer', async () => {
  const result = await loaded((_req, res) => {
    res.writeHead(200, { 'Content-Length': 8 });
    // Two turns of the event loop after it was written, the first piece has been read.
    res.write('{"a"', () => setImmediate(() => setImmediate(() => res.end(':11}'))));
  });
  expect(result.errors).toBe(0);
  expect(result.requests).toBeGreaterThan(4);
});

test('a connection that breaks is an error, and the run still ends', async () => {
  const result = await loaded((req) => req.socket.destroy());
  expect(result).toMatchObject({ requests: 0, errors: 4 });
});

test('an answer that does not say its length is an error', async () => {
  const result = await loaded((_req, res) => {
    res.write('{}');
    res.end();
  });
  expect(result.errors).toBeGreaterThan(0);
  expect(result.firstError).toMatch('no clear length');
});

test('the length of an answer is known once its head is there', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n';
  expect(answerLength(head.slice(0, -1))).toBeUndefined();
  expect(answerLength(`${head}hel`)).toBe(head.length + 5);
});
