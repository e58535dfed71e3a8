import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { openLoad, type ClientKind } from '../open-load.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function loadOn(handler: RequestListener, clients: ClientKind) {
  const connections = new Set<unknown>();
  const server = createServer((req, res) => {
    connections.add(req.socket);
    handler(req, res);
  });
  closers.push(() => (server.closeAllConnections(), server.close()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = {
    url,
    work: 'uniform',
    clients,
    perSecond: 50,
    durationMs: 400,
    seed: 1,
  } as const;
  return { ...(await openLoad(options)), connections: connections.size };
}

test('sends as many requests as are due, each on a connection of its own', async () => {
  const result = await loadOn((_req, res) => res.end('{}'), 'new');
  expect(result.inTime + result.late).toBe(20);
  expect(result.connections).toBeGreaterThanOrEqual(20);
});

test('sends requests over kept connections', async () => {
  const result = await loadOn(
    (_req, res) => res.writeHead(200, { 'Content-Length': 2 }).end('{}'),
    'kept',
  );
  expect(result.inTime + result.late).toBe(20);
  expect(result.connections).toBeLessThan(20);
});

test('counts refusals, and connections that are closed without an answer', async () => {
  let requests = 0;
  const result = await loadOn((req, res) => {
    requests += 1;
    if (requests > 20) res.end('{}');
    else if (requests % 2 === 0) req.socket.destroy();
    else res.writeHead(503, { 'Content-Length': 2 }).end('{}');
  }, 'new');
  expect(result).toMatchObject({ inTime: 0, refused: 10, dropped: 10, p50Ms: null });
  expect(result.wellAfterMs).not.toBeNull();
});
