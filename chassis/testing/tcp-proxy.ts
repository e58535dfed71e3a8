// A TCP proxy in front of a server, for network faults: closed, slow or silent connections.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface TcpProxy {
  /** The server's URL with the address of the proxy. */
  readonly url: string;
  /** Closes the port and every connection. */
  close(): Promise<void>;
  /** Opens the same port again, without faults. */
  reopen(): Promise<void>;
  /** Delays data by `ms`; Infinity holds it until the next call. @param from the side that sends; both by default */
  delay(ms: number, from?: Side): void;
  /** Drops all further data of the server. */
  muteServer(): void;
  /** Drops all further data of the server on open connections; new connections work. */
  muteOpenConnections(): void;
  /** Drops everything in both directions, also the end of a connection. */
  vanish(): void;
}

type Side = 'client' | 'server';

/** The delay may change while data waits. */
const POLL_MS = 10;

/** Starts a proxy of the server at `url`. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url);
  const open = new Set<Socket>();
  const muted = new Set<Socket>();
  const delayMs = { client: 0, server: 0 };
  const state = { mute: false, vanished: false };

  const join = (from: Socket, to: Socket, side: Side): void => {
    const later = delayLine(() => delayMs[side]);
    open.add(from);
    from.on('error', () => undefined);
    from.on('data', (chunk) => {
      const isMute = side === 'server' && (state.mute || muted.has(from));
      if (!state.vanished && !isMute) later(() => to.write(chunk));
    });
    from.on('end', () => {
      if (state.vanished) return;
      later(() => {
        from.destroy();
        to.destroy();
      });
    });
    from.on('close', () => {
      open.delete(from);
      if (!state.vanished) to.destroy();
    });
  };
  // Without allowHalfOpen, Node itself would end a connection when the other side ends it.
  const options = { allowHalfOpen: true, noDelay: true };
  const server = createServer(options, (client) => {
    const port = Number(target.port || 5432);
    const upstream = connect({ ...options, port, host: target.hostname });
    join(client, upstream, 'client');
    join(upstream, client, 'server');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = new URL(url);
  address.host = `127.0.0.1:${port}`;
  return {
    url: url.endsWith('/') ? address.href : address.href.replace(/\/$/, ''),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      Object.assign(delayMs, { client: 0, server: 0 });
      await closed;
    },
    async reopen() {
      Object.assign(state, { mute: false, vanished: false });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    delay(ms, from) {
      if (from !== 'server') delayMs.client = ms;
      if (from !== 'client') delayMs.server = ms;
    },
    muteServer: () => void (state.mute = true),
    muteOpenConnections: () => open.forEach((socket) => muted.add(socket)),
    vanish: () => void (state.vanished = true),
  };
}

/** Makes a function that runs actions in order, each `delayMs()` after its call. */
function delayLine(delayMs: () => number): (action: () => void) => void {
  const waiting: { readonly since: number; readonly action: () => void }[] = [];
  const run = async (): Promise<void> => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const remainingMs = first.since + delayMs() - performance.now();
      if (remainingMs > 0) await pause(Math.min(remainingMs, POLL_MS));
      else {
        first.action();
        waiting.shift();
      }
    }
  };
  return (action) => {
    if (waiting.length === 0 && delayMs() === 0) return action();
    waiting.push({ since: performance.now(), action });
    if (waiting.length === 1) void run();
  };
}
