// The addresses behind an upstream's name: all are used, and a change is noticed under traffic.
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createTransport } from '../../src/upstream/engine/transport/transport.ts';
import { getUsers } from '../../src/upstream/identity/users.ts';
import { aCaller } from '../upstream/engine/arrange.ts';

const MAX_AGE_MS = 300;
const HOST = 'identity.invalid';
const cleanups: (() => Promise<unknown>)[] = [];
/** What HOST resolves to. */
let addresses: string[] = [];

type Resolved = (error: null, all: object) => void;

beforeEach(() => {
  const real = dns.lookup;
  jest.spyOn(dns, 'lookup').mockImplementation(((host: string, options: object, done: Resolved) => {
    if (host !== HOST) return Reflect.apply(real, dns, [host, options, done]);
    const found = addresses.map((address) => ({ address, family: 4 }));
    process.nextTick(done, null, found);
    return undefined;
  }) as typeof dns.lookup);
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

const nameOf = (address: string): string => address.replaceAll('.', '_').replace('127', 'at');
const [FIRST, SECOND] = ['127.0.0.1', '127.0.0.2'].map(nameOf) as [string, string];

/** Starts a server on an address of the loopback that names user 1 by that address. */
async function serveAt(address: string, port = 0): Promise<number> {
  const server = createServer((_req, res) => {
    setTimeout(() => res.end(JSON.stringify({ id: 1, username: nameOf(address) })), 5);
  });
  await once(server.listen(port, address), 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return (server.address() as AddressInfo).port;
}

/** @returns a function that requests user 1, and resolves to the name of the address that answered */
function startTransport(port: number, maxAgeMs: number): () => Promise<string> {
  const transport = createTransport({
    upstream: 'identity',
    origin: `http://${HOST}:${port}`,
    connections: 4,
    maxAgeMs,
    backstopMs: 5_000,
  });
  cleanups.push(() => transport.close());
  const call = transport.call(getUsers({ one: 1_000, list: 1_000 }));
  return async () => (await call([1], aCaller(5_000))).value.get(1)!.username;
}

test('connections at the same time go to all addresses', async () => {
  const port = await serveAt('127.0.0.1');
  await serveAt('127.0.0.2', port);
  addresses = ['127.0.0.1', '127.0.0.2'];
  const request = startTransport(port, 60_000);
  const answers = await Promise.all([request(), request(), request(), request()]);
  expect(answers.toSorted()).toEqual([FIRST, FIRST, SECOND, SECOND]);
});

test('under steady traffic, a new address is used once the connections are old', async () => {
  const port = await serveAt('127.0.0.1');
  await serveAt('127.0.0.2', port);
  addresses = ['127.0.0.1'];
  const request = startTransport(port, MAX_AGE_MS);
  for (let count = 0; count < 5; count += 1) expect(await request()).toBe(FIRST);
  addresses = ['127.0.0.2'];
  const changedAt = performance.now();
  // No connection to the old address is older than its limit, nor younger than the change.
  while (performance.now() - changedAt < 2 * MAX_AGE_MS) await request();
  for (let count = 0; count < 20; count += 1) expect(await request()).toBe(SECOND);
});

test('an address where nobody listens costs no request while another one works', async () => {
  const port = await serveAt('127.0.0.2');
  addresses = ['127.0.0.1', '127.0.0.2'];
  const request = startTransport(port, 60_000);
  const answers = await Promise.all([request(), request(), request(), request()]);
  expect(new Set(answers)).toEqual(new Set([SECOND]));
});
