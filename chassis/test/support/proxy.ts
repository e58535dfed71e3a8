// A TCP proxy in front of a database server: it can be away, cut what is open, fall silent, and vanish.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy {
  /** `url` with the proxy's address. */
  readonly url: string;
  /** Closes the listener and cuts every connection. */
  leave(): Promise<void>;
  /** Listens again, at the same port. */
  comeBack(): Promise<void>;
  /** From now on, nothing that the server says is passed on. */
  fallSilent(): void;
  /** The same for the connections that are open now; new ones hear the server. */
  loseOpen(): void;
  /** From now on nothing at all is passed on, in either direction, not even that a connection has ended. */
  vanish(): void;
}

/** Starts a proxy to the server of a connection string. */
export async function proxyTo(url: string): Promise<Proxy> {
  const target = new URL(url);
  const open = new Set<Socket>();
  let silent = false;
  const lost = new Set<Socket>();
  let vanished = false;
  // By itself Node would answer the end of a connection with its own.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({
      port: Number(target.port || 5432),
      host: target.hostname,
      allowHalfOpen: true,
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        if (!vanished && (socket === client || !(silent || lost.has(socket)))) other.write(chunk);
      });
      socket.on('end', () => {
        if (vanished) return;
        client.destroy();
        upstream.destroy();
      });
      socket.on('close', () => {
        open.delete(socket);
        if (!vanished) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = new URL(url);
  address.host = `127.0.0.1:${port}`;
  return {
    url: address.href,
    async leave() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
    async comeBack() {
      silent = false;
      vanished = false;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    fallSilent() {
      silent = true;
    },
    loseOpen() {
      for (const socket of open) lost.add(socket);
    },
    vanish() {
      vanished = true;
    },
  };
}
