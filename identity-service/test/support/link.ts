// A TCP line to a server that can be slow, or stand still for a while, without ever breaking.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

export interface Link {
  /** The server's address, by this line. */
  readonly url: string;
  /** From now on everything takes so long, one way, in ms; Infinity until the next call. */
  delay(ms: number): void;
  close(): Promise<void>;
}

export async function linkTo(url: string): Promise<Link> {
  const { hostname, port, protocol } = new URL(url);
  const open = new Set<Socket>();
  let ms = 0;
  const late = () =>
    new Transform({
      async transform(chunk, _, done) {
        const start = performance.now();
        while (performance.now() - start < ms) await pause(Math.min(10, ms));
        done(null, chunk);
      },
    });
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(late()).pipe(upstream);
    upstream.pipe(late()).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    delay(next) {
      ms = next;
    },
    async close() {
      ms = 0;
      const closed = once(server.close(), 'close');
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
