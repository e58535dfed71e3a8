// A link between two processes that can be disturbed: a TCP proxy that can be made slow, and cut.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Link {
  readonly url: string;
  /** From now on what comes back from the far end is this late, in milliseconds. */
  slow(ms: number): void;
  /** As if the far end had died: what is open is reset, and nobody listens. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Opens a link on a free port to whatever listens at `target`, an http origin. */
export async function openLink(target: string): Promise<Link> {
  const far = new URL(target);
  const open = new Set<Socket>();
  let delayMs = 0;

  const server = createServer({ noDelay: true }, (near) => {
    const socket = connect({ host: far.hostname, port: Number(far.port), noDelay: true });
    for (const end of [near, socket]) {
      open.add(end);
      end.once('close', () => {
        open.delete(end);
        near.destroy();
        socket.destroy();
      });
      // `close` comes after it, and does the rest.
      end.on('error', () => undefined);
    }
    near.on('data', (bytes) => socket.write(bytes));
    socket.on('data', (bytes) => {
      if (delayMs === 0) near.write(bytes);
      else setTimeout(() => near.write(bytes), delayMs);
    });
  });

  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    slow(ms) {
      delayMs = ms;
    },
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.resetAndDestroy();
      await closed;
    },
    async mend() {
      await listen(port);
    },
  };
}
