// A TCP proxy in front of a database server: it can be away, cut what is open, and fall silent.
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
}

/** Starts a proxy to the server of a connection string. */
export async function proxyTo(url: string): Promise<Proxy> {
  const target = new URL(url);
  const open = new Set<Socket>();
  let silent = false;
  const lost = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => silent || lost.has(upstream) || client.write(chunk));
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
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    fallSilent() {
      silent = true;
    },
    loseOpen() {
      for (const socket of open) lost.add(socket);
    },
  };
}
