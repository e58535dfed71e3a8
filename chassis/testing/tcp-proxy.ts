// A TCP proxy in front of a server, for faults of the network: closed, slow, mute, or silently gone.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface TcpProxy {
  /** The URL of the server, with the address of the proxy. */
  readonly url: string;
  /** Closes the port and every connection. */
  close(): Promise<void>;
  /** Opens the same port again, without any fault. */
  reopen(): Promise<void>;
  /** Passes data on so much later, in ms; Infinity holds it until the next call. @param from whom; both when left out */
  delay(ms: number, from?: Side): void;
  /** Passes on nothing that the server sends from now on. */
  muteServer(): void;
  /** Mutes the server on the open connections; new ones work. */
  muteOpenConnections(): void;
  /** Passes on nothing from now on, in either direction, not even the end of a connection. */
  vanish(): void;
}

type Side = 'client' | 'server';

/** The delay can change while data waits for it. */
const POLL_MS = 10;

/** Starts a proxy to the server of a URL. */
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
  // Without allowHalfOpen, Node would itself end a connection that the other side ends.
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

/** Makes a function that runs actions in their order, each `delayMs` after it was given. */
function delayLine(delayMs: () => number): (action: () => void) => void {
  const waiting: { readonly since: number; readonly action: () => void }[] = [];
  const run = async (): Promise<void> => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const left = first.since + delayMs() - performance.now();
      if (left > 0) await pause(Math.min(left, POLL_MS));
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
