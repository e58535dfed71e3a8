import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { answerLength, run } from '../load.ts';
import type { Work } from '../fixtures.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Runs until the handler has been called 40 times, unless all connections end before. */
async function runAgainst(handler: RequestListener, work: Work = 'uniform') {
  const ends = new AbortController();
  let calls = 0;
  const server = createServer((req, res) => {
    calls += 1;
    if (calls === 40) ends.abort();
    handler(req, res);
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return run({ url, work, token: 'a.b.c', connections: 4, seed: 1 }, ends.signal);
}

test('counts every answer, as many as the server got requests', async () => {
  let received = 0;
  const paths = new Set<string>();
  const result = await runAgainst((req, res) => {
    received += 1;
    paths.add(req.url!);
    res.end('{"author":{"id":1}}');
  });
  expect(result).toMatchObject({ requests: received, errors: 0, authorless: 0 });
  expect(received).toBeGreaterThanOrEqual(40);
  expect(paths.size).toBeGreaterThan(4);
  expect([...paths].every((path) => /^\/api\/posts\/[1-9]\d*$/.test(path))).toBe(true);
  expect(result.p50Ms).toBeLessThanOrEqual(result.p99Ms);
});

test.each<[Work, RegExp, string | undefined]>([
  ['uniform', /^\/api\/posts\/\d+$/, undefined],
  ['feed cold', /^\/api\/feed\?limit=20&cursor=\d+$/, 'Bearer a.b.c'],
])('requests the paths of the work %s, and feeds with a token', async (...row) => {
  const [work, target, authorization] = row;
  const matches = new Set<unknown>();
  const authorizations = new Set<unknown>();
  await runAgainst((req, res) => {
    matches.add(target.test(req.url!));
    authorizations.add(req.headers.authorization);
    res.end('{}');
  }, work);
  expect([[...matches], [...authorizations]]).toEqual([[true], [authorization]]);
});

test('has at most as many requests in flight as connections', async () => {
  let inFlight = 0;
  let largest = 0;
  await runAgainst((_req, res) => {
    inFlight += 1;
    largest = Math.max(largest, inFlight);
    setImmediate(() => {
      inFlight -= 1;
      res.end('{}');
    });
  });
  expect(largest).toBeLessThanOrEqual(4);
});

test('counts an answer that is no 200 as an error', async () => {
  const result = await runAgainst((_req, res) =>
    res.writeHead(503, { 'Content-Length': 2 }).end('{}'),
  );
  expect(result.errors).toBe(result.requests);
  expect(result.firstError).toMatch(/^HTTP\/1\.1 503/);
});

test('counts answers without an author', async () => {
  const result = await runAgainst((_req, res) => res.end('{"author":null}'));
  expect(result.authorless).toBe(result.requests);
});

test('counts a body that comes in pieces as one answer', async () => {
  const result = await runAgainst((_req, res) => {
    res.writeHead(200, { 'Content-Length': 8 });
    // Two turns of the event loop after the first piece was written, the client has read it.
    res.write('{"a"', () => setImmediate(() => setImmediate(() => res.end(':11}'))));
  });
  expect(result.errors).toBe(0);
  expect(result.requests).toBeGreaterThan(4);
});

test('counts a connection that breaks as an error, and ends', async () => {
  const result = await runAgainst((req) => req.socket.destroy());
  expect(result).toMatchObject({ requests: 0, errors: 4 });
});

test('counts an answer without a length as an error', async () => {
  const result = await runAgainst((_req, res) => {
    res.write('{}');
    res.end();
  });
  expect(result.errors).toBeGreaterThan(0);
  expect(result.firstError).toMatch('without a clear length');
});

test('answerLength returns the length of an answer once its head is complete', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n';
  expect(answerLength(head.slice(0, -1))).toBeUndefined();
  expect(answerLength(`${head}hel`)).toBe(head.length + 5);
});
