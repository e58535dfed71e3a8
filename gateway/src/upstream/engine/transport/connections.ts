// The connections to one upstream: how many, how old, to which addresses. The only file that knows undici.
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector, Pool, type Dispatcher } from 'undici';

export type { Pool };
export type DispatchController = Dispatcher.DispatchController;

export interface PoolOptions {
  readonly origin: string;
  readonly connections: number;
  /** How old a connection gets, in milliseconds. */
  readonly maxAgeMs: number;
  /** A backstop: undici's own timers are coarse. Each attempt has its deadline. */
  readonly backstopMs: number;
}

/** The largest share of its age by which a connection ends early. */
const AGE_JITTER = 0.2;

/** Opens a pool. Its own queue has no bound, so the bulkhead keeps it empty. */
export function openPool({ origin, connections, maxAgeMs, backstopMs }: PoolOptions): Pool {
  const pool = new Pool(origin, {
    connections,
    clientTtl: maxAgeMs,
    pipelining: 1,
    allowH2: false,
    connect: connectorOf(backstopMs),
    headersTimeout: backstopMs,
    bodyTimeout: backstopMs,
    // Shorter than the upstreams' KEEP_ALIVE_MS, so that the gateway closes idle sockets, not the upstream.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
    maxHeaderSize: 16_384,
  });
  limitAge(pool, maxAgeMs);
  return pool;
}

/**
 * Starts each connection at the next address of the name. Adds to each error of a socket how many bytes the socket had
 * read, as undici does for its own errors.
 */
function connectorOf(timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout, allowH2: false, lookup: rotatingLookup() });
  return (options, callback) =>
    connect(options, (...result) => {
      const [, socket] = result;
      socket?.prependListener('error', (error) =>
        Object.assign(error, { socket: { bytesRead: socket.bytesRead } }),
      );
      callback(...result);
    });
}

/**
 * Closes each connection some time after `maxAgeMs`, once it is idle, so that a change of the upstream's addresses is
 * seen and a balancer can spread new connections. Ages differ by up to a fifth: not all end together.
 */
function limitAge(pool: Pool, maxAgeMs: number): void {
  pool.on('connect', (_origin, targets) => {
    // undici's pool notes here when each of its clients connected, and retires a client `clientTtl` after that.
    for (const target of targets as readonly { ttl?: number }[])
      if (target.ttl !== undefined) target.ttl -= AGE_JITTER * maxAgeMs * Math.random();
  });
}

/** Resolves like the system, but begins the list of addresses one further at each call. */
function rotatingLookup(): LookupFunction {
  let turn = 0;
  return (host, options, done) =>
    dns.lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null || addresses.length === 0) {
        done(error, []);
        return;
      }
      const first = turn % addresses.length;
      turn += 1;
      const rotated = [...addresses.slice(first), ...addresses.slice(0, first)];
      if (options.all === true) done(null, rotated);
      else done(null, rotated[0]!.address, rotated[0]!.family);
    });
}
